import type { Letter, Outcome, SenderView } from '../../../core/letter.ts'
import { LOCKED, markSenderBroken, markSenderWorking, secretsOf, senderById } from '../../../core/senders.ts'
import type { Store } from '../../../db/store.ts'
import type { Log } from '../../../lib/log.ts'
import { Problem } from '../../../lib/problem.ts'
import { type Composed, compose, composeTest } from './compose.ts'
import { judge, saysSenderRefused } from './failure.ts'
import { openRelay, type Relay, SendFailure } from './relay.ts'

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

/** Sends mail, by one relay for each sender, opened at its first mail. */
export function createSending({ store, smtpUrl, log, now = store.now }: SendingOptions): Sending {
  const lines = new Map<string, Line>()

  async function deliver(letter: Letter): Promise<Outcome> {
    if (letter.externalId) return { sent: { id: letter.externalId } } // a mail that is out stays as it is
    const sender = letter.ticket.sender
    if (!sender) return noSender('This ticket has no sender: choose the address that its mail is sent from.')
    if (sender.isLocked) return broken(sender, LOCKED)
    const url = sender.smtpUrl ?? smtpUrl
    if (!url) return noSender(`There is no mail server for ${sender.address}: enter one in its settings.`)
    const line = lineFor(sender, url)
    if (now() < line.refusedUntil) return { retry: { reason: line.refusal, afterMs: line.refusedUntil - now() } }
    try {
      return await send(line, sender, await compose(letter, store.key))
    } catch (error) {
      if (error instanceof Problem) return broken(sender, error.message)
      if (error instanceof SendFailure) return failed(line, sender, letter, error)
      throw error
    }
  }

  async function send(line: Line, sender: SenderView, mail: Composed): Promise<Outcome> {
    const from = line.plainEnvelope ? sender.address : mail.envelope.from
    try {
      await line.relay.send({ from, to: mail.envelope.to }, mail.raw)
    } catch (error) {
      if (from === sender.address || !refusesEnvelopeSender(error)) throw error
      await line.relay.send({ from: sender.address, to: mail.envelope.to }, mail.raw)
      line.plainEnvelope = true
    }
    if (sender.broken) await store.write(tx => markSenderWorking(tx, sender.id))
    return { sent: { id: mail.messageId } }
  }

  async function failed(line: Line, sender: SenderView, letter: Letter, failure: SendFailure): Promise<Outcome> {
    const { outcome, senderBroken } = judge(failure, letter.thread.place, hostOf(line.url))
    log.warn({ sender: sender.address, letter: letter.id, answer: failure.answer ?? failure.message }, 'mail not sent')
    if (!senderBroken) return outcome
    await store.write(tx => markSenderBroken(tx, sender.id, senderBroken))
    if ('retry' in outcome) {
      line.refusedUntil = now() + LOGIN_PAUSE_MS
      line.refusal = senderBroken
    }
    return outcome
  }

  async function broken(sender: SenderView, reason: string): Promise<Outcome> {
    await store.write(tx => markSenderBroken(tx, sender.id, reason))
    return { retry: { reason, afterMs: LOGIN_PAUSE_MS } }
  }

  async function sendTest(senderId: string, to: string): Promise<string | null> {
    const row = await store.read(q => senderById(q, senderId))
    const { smtpUrl: own, dkim } = secretsOf(store.key, row)
    const url = own ?? smtpUrl
    if (!url) return `There is no mail server for ${row.address}: enter one in its settings.`
    const relay = openRelay(url)
    try {
      const mail = composeTest({ address: row.address, name: row.name, dkim }, to, store.key, store.now())
      await relay.send(mail.envelope, mail.raw)
      await store.write(tx => markSenderWorking(tx, senderId))
      const line = lines.get(senderId)
      if (line) line.refusedUntil = 0
      return null
    } catch (error) {
      if (error instanceof Problem) return error.message
      if (error instanceof SendFailure) return reasonOf(judge(error, to, hostOf(url)).outcome)
      throw error
    } finally {
      relay.close()
    }
  }

  function lineFor(sender: SenderView, url: string): Line {
    const known = lines.get(sender.id)
    if (known?.url === url) return known
    // The relay of an older URL finishes what it has in hand; its idle connections close by themselves.
    const line = { url, relay: openRelay(url), plainEnvelope: false, refusedUntil: 0, refusal: '' }
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

function noSender(reason: string): Outcome {
  return { refused: { reason, broken: 'sender' } }
}

/** Connects to a mail server and logs in; null when that works, else why not, as a finished sentence. */
export async function verifySender(url: string): Promise<string | null> {
  let relay: Relay | undefined
  try {
    relay = openRelay(url)
    await relay.verify()
    return null
  } catch (error) {
    if (!(error instanceof SendFailure)) return `This is not an address of a mail server: ${(error as Error).message}.`
    return reasonOf(judge(error, '', hostOf(url)).outcome)
  } finally {
    relay?.close()
  }
}

function reasonOf(outcome: Outcome): string | null {
  if ('retry' in outcome) return outcome.retry.reason
  return 'refused' in outcome ? outcome.refused.reason : null
}

function hostOf(url: string): string {
  try {
    return new URL(url).host
  } catch {
    return 'of this sender'
  }
}
