import { setTimeout as wait } from 'node:timers/promises'
import { domainOf, readPerson, withoutPlus } from './address.ts'
import type { Letter } from './compose.ts'
import { actOnHabit, customerOf, type PostOffice } from './customer.ts'
import { openDeskDoor } from './desk.ts'
import { atRcpt, habitOf } from './habits.ts'
import { glanceOf, Mailbox, viewOfMailbox } from './mailbox.ts'
import { type ReadMail, readMail } from './read.ts'
import { startRelay } from './relay.ts'
import type { Envelope, Mail, MailChange, MailWorld, MailWorldOptions } from './types.ts'

/**
 * Starts the imaginary mail world: the internet's relay on a loopback port, and behind it a mailbox for every address
 * that mail was sent to, whose owners answer to the desk. It runs until `close`.
 */
export async function startMail(options: MailWorldOptions = {}): Promise<MailWorld> {
  const now = options.clock ?? Date.now
  const boxes = new Map<string, Mailbox>()
  const byId = new Map<string, Mail>()
  const accepted: Mail[] = []
  const ours = new Set<string>() // addresses that the desk writes from: mail to them is never a customer's
  const listeners = new Set<(change: MailChange) => void>()
  let version = 0

  function tell(change: MailChange): void {
    version += 1
    for (const listener of listeners) listener(change)
  }

  function boxOf(address: string, name = ''): Mailbox {
    const known = boxes.get(address)
    if (known) {
      known.name ||= name
      return known
    }
    const box = new Mailbox(address, name)
    boxes.set(address, box)
    tell({ kind: 'mailbox', mailbox: address })
    return box
  }

  function put(box: Mailbox, direction: Mail['direction'], letter: Letter, read: ReadMail): Mail {
    const id = `mail-${byId.size + 1}`
    const mail: Mail = { id, mailbox: box.address, direction, at: now(), ...letter, ...read }
    byId.set(id, mail)
    box.mails.push(mail)
    tell({ kind: 'mail', mailbox: box.address, mail: id, direction })
    return mail
  }

  async function keep(raw: Buffer, envelope: Envelope): Promise<void> {
    const read = await readMail(raw)
    for (const person of [read.from, ...read.replyTo]) if (person) ours.add(withoutPlus(person.address))
    for (const to of envelope.to) {
      const mail = put(boxOf(to, nameIn(read, to)), 'received', { raw, envelope }, read)
      accepted.push(mail)
      // the relay does not wait for what a mailbox does on its own, and nobody is there to hear that it failed
      void actOnHabit(boxOf(to), mail, office).catch(() => {})
    }
  }

  async function post(box: Mailbox, letter: Letter): Promise<Mail> {
    const read = await readMail(letter.raw)
    const mail = put(box, 'written', letter, read)
    const { from, to } = letter.envelope
    const atDesk = to.filter(address => ours.has(withoutPlus(address)) || !boxes.has(address))
    for (const address of to) {
      if (!atDesk.includes(address))
        put(boxOf(address), 'received', { raw: letter.raw, envelope: { from, to: [address] } }, read)
    }
    if (atDesk.length) await door.carry({ raw: letter.raw, envelope: { from, to: atDesk } })
    return mail
  }

  const office: PostOffice = {
    now,
    post,
    changed: box => tell({ kind: 'mailbox', mailbox: box.address }),
  }
  const door = openDeskDoor(options, () => tell({ kind: 'desk' }))
  const relay = await startRelay(options, {
    welcome: address => {
      const box = boxes.get(address)
      return atRcpt(box?.habit ?? habitOf(address), box?.settings ?? {})
    },
    keep,
    changed: () => tell({ kind: 'faults' }),
  })

  return {
    smtpUrl: relay.url,
    port: relay.port,
    faults: relay.faults,
    get connections() {
      return relay.connections
    },
    accepted,
    toDesk: door.to,
    customer(who) {
      const { address, name } = readPerson(who)
      if (!domainOf(address)) throw new Error(`${who} is not an email address.`)
      return customerOf(boxOf(address, name), office)
    },
    mail: id => byId.get(id),
    mailbox(address) {
      const box = boxes.get(address.toLowerCase())
      return box && viewOfMailbox(box)
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    snapshot: () => ({
      version,
      mailboxes: [...boxes.values()].map(glanceOf),
      underway: door.underway,
      outage: relay.down,
    }),
    until,
    async close() {
      door.close()
      listeners.clear()
      await relay.close()
    },
  }
}

function nameIn(read: ReadMail, address: string): string {
  return [...read.to, ...read.cc].find(person => person.address.toLowerCase() === address)?.name ?? ''
}

async function until<T>(check: () => T | Promise<T>, withinMs = 10_000): Promise<NonNullable<T>> {
  const end = performance.now() + withinMs
  for (;;) {
    const found = await check()
    if (found) return found
    if (performance.now() > end) throw new Error(`Waited ${withinMs} ms in vain for ${check}`)
    await wait(10)
  }
}
