import { domainOf } from '../../../core/addresses.ts'
import type { Letter, Outcome } from '../../../core/letter.ts'
import { senderById } from '../../../core/senders/find.ts'
import { markSenderBroken, markSenderWorking } from '../../../core/senders/health.ts'
import { LOCKED, secretsOf } from '../../../core/senders/secrets.ts'
import { chatFault } from '../../../core/unsubscriptions.ts'
import type { SenderView } from '../../../core/view.ts'
import type { Store } from '../../../db/store.ts'
import type { Log } from '../../../lib/log.ts'
import { Problem } from '../../../lib/problem.ts'
import type { AccessTokens } from '../oauth.ts'
import { answeredId } from './answered-id.ts'
import { type Composed, compose, composeTest } from './compose.ts'
import { judge, saysSenderRefused } from './failure.ts'
import type { Handed, Relay } from './hand-over.ts'
import { kindOf } from './kinds.ts'
import { createPace } from './pace.ts'
import { openRelay } from './relay.ts'
import { SendFailure } from './send-failure.ts'
import { type Refused, shareOut } from './share-out.ts'

export interface Sending {
  /** Carries one letter to the customer's mail server or says why not. */
  deliver(letter: Letter): Promise<Outcome>
  /** Sends a test mail; null when the server took it, else why not, as a finished sentence. */
  sendTest(senderId: string, to: string): Promise<string | null>
  close(): void
}

export interface SendingOptions {
  store: Store
  smtpUrl: string | null // for senders without one of their own
  log: Log
  tokens?: AccessTokens | null // for servers of `?auth=oauth2`
  perMinute?: number // mails to one domain, see Pace
  now?: () => number
}

/** What is kept of a sender between mails. */
interface Line {
  url: string
  relay: Relay
  plainEnvelope: boolean // its server lets it use no address but its own as the envelope's sender
  refusedUntil: number // after a refused log-in nothing is tried before, lest the account be locked
  refusal: string
}

const LOGIN_PAUSE_MS = 60_000
const PER_MINUTE = 60

/** Sends mail, by one relay for each sender, opened at its first mail. */
export function createSending(options: SendingOptions): Sending {
  const { store, smtpUrl, log, tokens = null, perMinute = PER_MINUTE, now = store.now } = options
  const lines = new Map<string, Line>()
  const pace = createPace(perMinute)

  async function deliver(letter: Letter): Promise<Outcome> {
    if (letter.externalId) return { sent: { id: letter.externalId } } // a mail that is out stays as it is
    const barred = letter.barred.find(b => b.address === letter.thread.place)
    if (barred) return { refused: { reason: `${barred.address} must not be written to: ${barred.reason}` } }
    const sender = letter.ticket.sender
    if (!sender) return noSender('This ticket has no sender: choose the address that its mail is sent from.')
    if (sender.isLocked) return broken(sender, LOCKED)
    const url = sender.smtpUrl ?? smtpUrl
    if (!url) return noSender(`There is no mail server for ${sender.address}: enter one in its settings.`)
    if (kindOf(letter) === 'campaign' && !letter.ticket.chat?.unsubscribeUrl) return cannotBeLeft(store)
    try {
      const line = lineFor(sender, url)
      if (now() < line.refusedUntil) return sendersPause(line.refusal, line.refusedUntil - now())
      return await inTurn(letter, () => tryNow(line, sender, letter))
    } catch (error) {
      if (error instanceof Problem) return broken(sender, error.message)
      throw error
    }
  }

  /** Carries the letter when its domain's turn has come; else it waits, without having been tried. */
  async function inTurn(letter: Letter, carry: () => Promise<Outcome>): Promise<Outcome> {
    const domain = domainOf(letter.thread.place)
    const wait = pace.begin({ id: letter.id, domain, hurried: kindOf(letter) === 'reply' }, now())
    if (wait > 0) return { retry: { reason: '', tries: 'uncounted', afterMs: wait } }
    try {
      return await carry()
    } finally {
      pace.done(domain)
    }
  }

  async function tryNow(line: Line, sender: SenderView, letter: Letter): Promise<Outcome> {
    try {
      const mail = await compose(letter, store.key)
      if (!mail.envelope.to.length) return { sent: { id: mail.messageId } }
      const handed = await handOver(line, sender, mail)
      if (sender.broken) await store.write(tx => markSenderWorking(tx, sender.id))
      return whatBecame(letter, mail, line.relay.host, handed)
    } catch (error) {
      if (error instanceof SendFailure) return failed(line, sender, letter, error)
      throw error
    }
  }

  async function handOver(line: Line, sender: SenderView, mail: Composed): Promise<Handed> {
    const { from, to } = mail.envelope
    try {
      return await line.relay.send({ from: line.plainEnvelope ? sender.address : from, to }, mail.raw)
    } catch (error) {
      if (line.plainEnvelope || from === sender.address || !refusesEnvelopeSender(error)) throw error
      const handed = await line.relay.send({ from: sender.address, to }, mail.raw)
      line.plainEnvelope = true
      return handed
    }
  }

  function whatBecame(letter: Letter, mail: Composed, host: string, handed: Handed): Outcome {
    const sent: Outcome = { sent: { id: answeredId(host, handed, mail.messageId, mail.envelope) ?? mail.messageId } }
    const refused = new Set(handed.refused.map(r => r.recipient))
    for (const to of mail.envelope.to) if (!refused.has(to)) pace.faster(domainOf(to))
    if (mail.envelope.to.length === 1 && !letter.barred.length) return sent
    return shareOut(letter, verdictsOn(handed.refused, host), sent)
  }

  /** What the server said of each recipient that it refused; domains that find us too fast are slowed. */
  function verdictsOn(refusals: SendFailure[], host: string): Refused[] {
    return refusals.map(failure => {
      const address = failure.recipient ?? ''
      const { outcome, slow } = judge(failure, address, host)
      if (slow) pace.slower(domainOf(address), now())
      return { address, outcome }
    })
  }

  async function failed(line: Line, sender: SenderView, letter: Letter, failure: SendFailure): Promise<Outcome> {
    log.warn({ sender: sender.address, letter: letter.id, answer: failure.answer ?? failure.message }, 'mail not sent')
    const { outcome, senderBroken, slow } = judge(failure, letter.thread.place, line.relay.host)
    if (senderBroken) {
      await store.write(tx => markSenderBroken(tx, sender.id, senderBroken))
      if ('retry' in outcome) {
        line.refusedUntil = now() + LOGIN_PAUSE_MS
        line.refusal = senderBroken
      }
      return outcome
    }
    if (letter.copies.length && failure.refusals.length)
      return shareOut(letter, verdictsOn(failure.refusals, line.relay.host), null)
    if (letter.handed.includes(letter.thread.place)) return shareOut(letter, waitingCopies(letter, outcome), null)
    if (slow) pace.slower(domainOf(letter.thread.place), now())
    return outcome
  }

  async function broken(sender: SenderView, reason: string): Promise<Outcome> {
    await store.write(tx => markSenderBroken(tx, sender.id, reason))
    return sendersPause(reason, LOGIN_PAUSE_MS)
  }

  async function sendTest(senderId: string, to: string): Promise<string | null> {
    const row = await store.read(q => senderById(q, senderId))
    let relay: Relay | undefined
    try {
      const { smtpUrl: own, dkim } = secretsOf(store.key, row)
      const url = own ?? smtpUrl
      if (!url) return `There is no mail server for ${row.address}: enter one in its settings.`
      relay = openRelay(url, { tokens })
      const mail = composeTest({ address: row.address, name: row.name, dkim }, to, store.key, store.now())
      await relay.send(mail.envelope, mail.raw)
      await store.write(tx => markSenderWorking(tx, senderId))
      const line = lines.get(senderId)
      if (line) line.refusedUntil = 0
      return null
    } catch (error) {
      if (error instanceof Problem) return error.message
      if (error instanceof SendFailure) return reasonOf(judge(error, to, relay?.host ?? '').outcome)
      throw error
    } finally {
      relay?.close()
    }
  }

  function lineFor(sender: SenderView, url: string): Line {
    const known = lines.get(sender.id)
    if (known?.url === url) return known
    // The relay of an older URL finishes what it has in hand; its idle connections close by themselves.
    const relay = openRelay(url, { tokens })
    const line = { url, relay, plainEnvelope: false, refusedUntil: 0, refusal: '' }
    lines.set(sender.id, line)
    return line
  }

  return {
    deliver,
    sendTest,
    close() {
      for (const { relay } of lines.values()) relay.close()
      lines.clear()
    },
  }
}

/** Whether it is the token in the envelope's sender that the server does not like; some say so only at a later command. */
function refusesEnvelopeSender(error: unknown): boolean {
  if (!(error instanceof SendFailure) || !error.status || error.status < 500) return false
  return !!error.command?.startsWith('MAIL FROM') || saysSenderRefused(error.answer ?? '')
}

function waitingCopies({ copies, handed }: Letter, outcome: Outcome): Refused[] {
  return copies.filter(c => !handed.includes(c)).map(address => ({ address, outcome }))
}

/** Nothing was tried, and nothing is lost: the sender's mail waits. */
function sendersPause(reason: string, afterMs: number): Outcome {
  return { retry: { reason, tries: 'uncounted', afterMs } }
}

const NO_URL_PAUSE_MS = 5 * 60_000

/** A chat waits until the operator says where one unsubscribes. */
function cannotBeLeft({ files }: Store): Outcome {
  return sendersPause(chatFault(files) ?? '', NO_URL_PAUSE_MS)
}

function noSender(reason: string): Outcome {
  return { refused: { reason, broken: 'sender' } }
}

/** Connects to a mail server and logs in; null when that works, else why not, as a finished sentence. */
export async function verifySender(url: string, tokens: AccessTokens | null = null): Promise<string | null> {
  let relay: Relay | undefined
  try {
    relay = openRelay(url, { tokens })
    await relay.verify()
    return null
  } catch (error) {
    if (error instanceof Problem) return error.message
    if (!(error instanceof SendFailure)) throw error
    return reasonOf(judge(error, '', relay?.host ?? '').outcome)
  } finally {
    relay?.close()
  }
}

function reasonOf(outcome: Outcome): string | null {
  if ('retry' in outcome) return outcome.retry.reason
  return 'refused' in outcome ? outcome.refused.reason : null
}
