import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { ImapBox } from './imap-box.ts'
import { ImapSession } from './imap-session.ts'

/** An IMAP account that a test owns, on whichever server. */
export interface ImapPlace {
  /** As IMAP_URL wants it: `imap://user:pass@127.0.0.1:port/INBOX`. */
  readonly url: string
  /** Puts a mail in a mailbox (INBOX), as a delivery would; the mailbox is made when it is new. */
  append(raw: Buffer | string, mailbox?: string): Promise<void>
  /** Puts many mails in the INBOX, one after another. */
  appendAll(raws: (Buffer | string)[]): Promise<void>
  /** What a mailbox holds, oldest first. */
  messages(mailbox?: string): Promise<{ uid: number; raw: Buffer; flags: Set<string> }[]>
  /** Gives the mailbox another UIDVALIDITY (Dovecot keeps the UIDs, ours does not), and cuts every connection. */
  resetUidValidity(mailbox?: string): Promise<void>
  /** Cuts every connection. */
  drop(): Promise<void>
  /** Closes the port and cuts every connection; `false` opens the same port again. */
  outage(down: boolean): Promise<void>
  close(): Promise<void>
}

export interface ImapOptions {
  /** Leaves IDLE out of the capabilities. */
  withoutIdle?: boolean
  /** The access tokens that are good; with these, log-in is by XOAUTH2 only. */
  accessTokens?: Set<string>
}

/** What only the server of our own can be told to do. */
export interface OwnImap extends ImapPlace {
  /** The commands received, upper case and without arguments: `UID FETCH`, `IDLE`. */
  readonly commands: string[]
  /** The server hears but says nothing any more, as behind a firewall that forgot the connection. */
  mute(on: boolean): void
  /** Cuts the connection in the middle of the next mail that is fetched. */
  cutNextFetch(): void
  /** The text of this mail cannot be fetched: the server refuses, or falls over it and cuts the connection. */
  poison(uid: number, how?: 'refuse' | 'cut'): void
  /** Log-ins fail, until switched off. */
  rejectLogin(on: boolean): void
  /** Connections since the start, and those open now. */
  readonly connections: { total: number; open: number }
}

export interface ImapState {
  readonly user: string
  readonly pass: string
  readonly withoutIdle: boolean
  readonly accessTokens: Set<string> | undefined
  readonly poisoned: Map<number, 'refuse' | 'cut'>
  readonly boxes: Map<string, ImapBox>
  readonly commands: string[]
  muted: boolean
  cutting: boolean
  rejecting: boolean
}

/** Starts a small IMAP4rev1 server on loopback: enough for a client that fetches, flags, searches and idles. */
export async function startImap(options: ImapOptions = {}): Promise<OwnImap> {
  const state: ImapState = {
    user: 'desk',
    pass: 'secret',
    withoutIdle: options.withoutIdle === true,
    accessTokens: options.accessTokens,
    poisoned: new Map(),
    boxes: new Map([['INBOX', new ImapBox()]]),
    commands: [],
    muted: false,
    cutting: false,
    rejecting: false,
  }
  const sockets = new Set<Socket>()
  let total = 0
  let port = 0
  let server: Server | undefined

  async function listen(): Promise<void> {
    server = createServer(socket => {
      total += 1
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      new ImapSession(socket, state).greet()
    }).listen(port, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  }

  async function shut(): Promise<void> {
    const closed = server && new Promise(resolve => server?.close(resolve))
    server = undefined
    await drop()
    await closed
  }

  async function drop(): Promise<void> {
    for (const socket of sockets) socket.destroy()
  }

  function box(name = 'INBOX'): ImapBox {
    const found = state.boxes.get(name) ?? new ImapBox()
    state.boxes.set(name, found)
    return found
  }

  await listen()
  return {
    url: `imap://${state.user}:${state.pass}@127.0.0.1:${port}/INBOX`,
    commands: state.commands,
    get connections() {
      return { total, open: sockets.size }
    },
    append: async (raw, mailbox) => box(mailbox).append(Buffer.from(raw)),
    appendAll: async raws => {
      for (const raw of raws) box().append(Buffer.from(raw))
    },
    messages: async mailbox => [...box(mailbox).mails],
    async resetUidValidity(mailbox) {
      box(mailbox).renumber()
      await drop()
    },
    drop,
    outage: async down => (down ? shut() : server || listen()) as Promise<void>,
    mute(on) {
      state.muted = on
    },
    cutNextFetch() {
      state.cutting = true
    },
    poison(uid, how = 'refuse') {
      state.poisoned.set(uid, how)
    },
    rejectLogin(on) {
      state.rejecting = on
    },
    close: shut,
  }
}
