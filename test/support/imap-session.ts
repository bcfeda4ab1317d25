import type { Socket } from 'node:net'
import type { ImapState } from './imap.ts'
import { ImapBox } from './imap-box.ts'
import { fetched, itemsOf, marksSeen, searchOf } from './imap-fetch.ts'
import { type Token, tokensOf } from './imap-parse.ts'
import { ImapView } from './imap-view.ts'
import { ImapWire } from './imap-wire.ts'

const SYSTEM_FLAGS = '\\Answered \\Flagged \\Deleted \\Seen \\Draft'
const NO_MAILBOX = 'NO [NONEXISTENT] There is no such mailbox'

/** What a command does; what it returns is the tagged answer in place of `OK done`. */
type Action = (args: Token[], byUid: boolean) => string | undefined

/** One client's connection: answers its commands, and tells of new mail while it idles. */
export class ImapSession {
  readonly #state: ImapState
  readonly #wire: ImapWire
  #loggedIn = false
  #view: ImapView | undefined
  #idling: string | undefined
  #refused: string | undefined // the tag of an AUTHENTICATE whose failure was explained

  constructor(socket: Socket, state: ImapState) {
    this.#state = state
    const isMuted = () => state.muted
    this.#wire = new ImapWire(socket, (line, literals) => this.#hear(line, literals), isMuted)
    socket.on('close', () => this.#view?.leave())
  }

  greet(): void {
    this.#wire.say(`* OK [CAPABILITY ${this.#capabilities()}] ready`)
  }

  #capabilities(): string {
    const { withoutIdle, accessTokens } = this.#state
    const login = accessTokens ? ' SASL-IR AUTH=XOAUTH2 LOGINDISABLED' : ''
    return `IMAP4rev1 LITERAL+${withoutIdle ? '' : ' IDLE'}${login}`
  }

  #hear(line: string, literals: Buffer[]): void {
    if (this.#idling !== undefined) {
      this.#endIdle(line)
      return
    }
    if (this.#refused !== undefined) {
      this.#wire.say(`${this.#refused} NO [AUTHENTICATIONFAILED] Invalid credentials`)
      this.#refused = undefined
      return
    }
    const [tag, name, ...rest] = tokensOf(line, literals)
    const byUid = String(name).toUpperCase() === 'UID'
    const command = String(byUid ? rest.shift() : name).toUpperCase()
    this.#state.commands.push(byUid ? `UID ${command}` : command)
    try {
      this.#obey(String(tag), command, rest, byUid)
    } catch (error) {
      this.#wire.say(`${tag} BAD ${(error as Error).message}`)
    }
  }

  #obey(tag: string, command: string, args: Token[], byUid: boolean): void {
    const act = this.#actions[command]
    if (command === 'IDLE' && !this.#state.withoutIdle) this.#idle(tag)
    else if (command === 'LOGOUT') this.#logOut(tag)
    else if (command === 'AUTHENTICATE' && this.#state.accessTokens) this.#authenticate(tag, String(args[1]))
    else if (!act) this.#wire.say(`${tag} BAD ${command} is not known here`)
    else if (!this.#loggedIn && !/^(LOGIN|CAPABILITY|NOOP)$/.test(command)) this.#wire.say(`${tag} NO log in first`)
    else {
      const answer = act(args, byUid) ?? 'OK done'
      this.#tell(!/^(FETCH|STORE|SEARCH)$/.test(command))
      this.#wire.say(`${tag} ${answer}`)
    }
  }

  readonly #actions: Record<string, Action> = {
    LOGIN: ([user, pass]) => this.#logIn(user, pass),
    CAPABILITY: () => this.#show(`* CAPABILITY ${this.#capabilities()}`),
    NOOP: () => undefined,
    CHECK: () => undefined,
    LIST: ([, pattern]) => this.#list(String(pattern)),
    LSUB: () => undefined,
    SELECT: ([name]) => this.#select(boxName(name), 'READ-WRITE'),
    EXAMINE: ([name]) => this.#select(boxName(name), 'READ-ONLY'),
    STATUS: ([name, items]) => this.#status(boxName(name), [items ?? []].flat(2).map(String)),
    CREATE: ([name]) => this.#create(boxName(name)),
    APPEND: ([name, ...rest]) => this.#append(boxName(name), rest),
    FETCH: ([set, ...items], byUid) => this.#fetch(String(set), itemsOf(items, byUid), byUid),
    STORE: ([set, mode, flags], byUid) => this.#store(String(set), String(mode).toUpperCase(), texts(flags), byUid),
    SEARCH: (terms, byUid) => this.#search(terms, byUid),
    COPY: ([set, name], byUid) => this.#copy(String(set), boxName(name), byUid),
    EXPUNGE: () => this.#expunge(),
    CLOSE: () => this.#close(),
  }

  #logIn(user: Token | undefined, pass: Token | undefined): string {
    this.#loggedIn = !this.#state.rejecting && user === this.#state.user && pass === this.#state.pass
    return this.#loggedIn ? 'OK logged in' : 'NO [AUTHENTICATIONFAILED] Authentication failed.'
  }

  /** XOAUTH2: a refusal is explained first, and the client answers with an empty line. */
  #authenticate(tag: string, response: string): void {
    const [user, token] = atob(response).split('\u0001')
    const isGood = [...(this.#state.accessTokens ?? [])].some(good => token === `auth=Bearer ${good}`)
    this.#loggedIn = isGood && user === `user=${this.#state.user}`
    if (this.#loggedIn) {
      this.#wire.say(`${tag} OK logged in`)
      return
    }
    this.#refused = tag
    this.#wire.say(`+ ${btoa('{"status":"400","schemes":"Bearer"}')}`)
  }

  #logOut(tag: string): void {
    this.#wire.say('* BYE', `${tag} OK bye`)
    this.#wire.end()
  }

  #list(pattern: string): undefined {
    if (pattern === '') return this.#show('* LIST (\\Noselect) "/" ""')
    const names = [...this.#state.boxes.keys()].filter(name => /[*%]/.test(pattern) || name === boxName(pattern))
    return this.#show(...names.map(name => `* LIST (\\HasNoChildren) "/" "${name}"`))
  }

  #select(name: string, mode: string): string {
    this.#view?.leave()
    this.#view = undefined
    const box = this.#state.boxes.get(name)
    if (!box) return NO_MAILBOX
    this.#view = new ImapView(box, () => this.#idling !== undefined && this.#tell(true))
    this.#wire.say(
      `* FLAGS (${SYSTEM_FLAGS})`,
      `* OK [PERMANENTFLAGS (${SYSTEM_FLAGS} \\*)] flags`,
      `* ${box.mails.length} EXISTS`,
      '* 0 RECENT',
      `* OK [UIDVALIDITY ${box.uidValidity}] valid`,
      `* OK [UIDNEXT ${box.uidNext}] next`,
    )
    return `OK [${mode}] selected`
  }

  #status(name: string, items: string[]): string | undefined {
    const box = this.#state.boxes.get(name)
    if (!box) return NO_MAILBOX
    const values: Record<string, number> = {
      MESSAGES: box.mails.length,
      RECENT: 0,
      UIDNEXT: box.uidNext,
      UIDVALIDITY: box.uidValidity,
      UNSEEN: box.mails.filter(mail => !mail.flags.has('\\Seen')).length,
    }
    const shown = items.map(item => `${item.toUpperCase()} ${values[item.toUpperCase()] ?? 0}`)
    return this.#show(`* STATUS "${name}" (${shown.join(' ')})`)
  }

  #create(name: string): string | undefined {
    if (this.#state.boxes.has(name)) return 'NO [ALREADYEXISTS] It is there already'
    this.#state.boxes.set(name, new ImapBox())
    return undefined
  }

  #append(name: string, rest: Token[]): string | undefined {
    const box = this.#state.boxes.get(name)
    if (!box) return NO_MAILBOX.replace('NONEXISTENT', 'TRYCREATE')
    box.append(Buffer.from(String(rest.at(-1)), 'latin1'), Array.isArray(rest[0]) ? texts(rest[0]) : [])
    return undefined
  }

  #fetch(set: string, items: string[], byUid: boolean): string | undefined {
    for (const { mail, sequence } of this.#selected().chosen(set, byUid)) {
      const poison = items.some(item => /^BODY(\.PEEK)?\[\]/.test(item)) && this.#state.poisoned.get(mail.uid)
      if (poison === 'cut') this.#wire.cut(Buffer.from(`* ${sequence} FETCH (`))
      if (poison) return 'NO [SERVERBUG] The mail could not be converted'
      const unseen = items.some(marksSeen) && !mail.flags.has('\\Seen')
      if (unseen) mail.flags.add('\\Seen')
      const asked = unseen && !items.includes('FLAGS') ? [...items, 'FLAGS'] : items
      const answer = Buffer.concat([Buffer.from(`* ${sequence} FETCH (`), fetched(mail, asked), Buffer.from(')\r\n')])
      const cut = this.#state.cutting && items.some(item => item.startsWith('BODY'))
      if (cut) {
        this.#state.cutting = false
        this.#wire.cut(answer)
      } else this.#wire.write(answer)
    }
    return undefined
  }

  #store(set: string, mode: string, flags: string[], byUid: boolean): undefined {
    for (const { mail, sequence } of this.#selected().chosen(set, byUid)) {
      if (mode.startsWith('FLAGS')) mail.flags.clear()
      for (const flag of flags) mode.startsWith('-') ? mail.flags.delete(flag) : mail.flags.add(flag)
      const uid = byUid ? `UID ${mail.uid} ` : ''
      if (!mode.endsWith('.SILENT')) this.#show(`* ${sequence} FETCH (${uid}FLAGS (${[...mail.flags].join(' ')}))`)
    }
  }

  #search(terms: Token[], byUid: boolean): undefined {
    const { mails } = this.#selected()
    const fits = searchOf(String(terms[0]).toUpperCase() === 'CHARSET' ? terms.slice(2) : terms, mails)
    const found = mails.flatMap((mail, at) => (fits(mail, at + 1) ? [byUid ? mail.uid : at + 1] : []))
    return this.#show(['* SEARCH', ...found].join(' '))
  }

  #copy(set: string, name: string, byUid: boolean): string | undefined {
    const box = this.#state.boxes.get(name)
    if (!box) return NO_MAILBOX.replace('NONEXISTENT', 'TRYCREATE')
    for (const { mail } of this.#selected().chosen(set, byUid)) box.append(mail.raw, [...mail.flags])
    return undefined
  }

  #expunge(): undefined {
    this.#selected().box.expunge()
  }

  #close(): undefined {
    const view = this.#selected()
    view.leave()
    this.#view = undefined
    view.box.expunge()
  }

  #selected(): ImapView {
    if (!this.#view) throw new Error('select a mailbox first')
    return this.#view
  }

  #idle(tag: string): void {
    this.#idling = tag
    this.#wire.say('+ idling')
    this.#tell(true)
  }

  #endIdle(line: string): void {
    const tag = this.#idling
    this.#idling = undefined
    this.#wire.say(line.toUpperCase() === 'DONE' ? `${tag} OK idled` : `${tag} BAD expected DONE`)
  }

  #tell(withExpunges: boolean): void {
    if (this.#view) this.#wire.say(...this.#view.news(withExpunges))
  }

  #show(...lines: string[]): undefined {
    this.#wire.say(...lines)
  }
}

function boxName(token: Token | undefined): string {
  const name = String(token)
  return name.toUpperCase() === 'INBOX' ? 'INBOX' : name
}

function texts(token: Token | undefined): string[] {
  return [token ?? []].flat(3).map(String)
}
