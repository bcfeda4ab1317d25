import { Readable } from 'node:stream'
import type SMTPConnection from 'nodemailer/lib/smtp-connection'
import { SendFailure } from './send-failure.ts'

export interface Envelope {
  from: string
  to: string[]
}

/** A mail server that takes our mail, with a few connections that are kept for the next mail. */
export interface Relay {
  /** The server's name, for people and for what is known of its habits. */
  readonly host: string
  /** Hands over a mail; resolves once the server has accepted it for somebody, rejects with a SendFailure. */
  send(envelope: Envelope, raw: Buffer): Promise<Handed>
  /** Connects and logs in; rejects with a SendFailure. */
  verify(): Promise<void>
  /** Lets go of all connections; mails in hand are cut off. */
  close(): void
}

/** A mail that a server took, for at least one of its recipients. */
export interface Handed {
  answer: string // the server's, such as `250 2.0.0 Ok: queued as 4Xk1`
  id: string | null // the Message-ID that the server gave it in place of ours, as far as its answer tells
  refused: SendFailure[] // one for each recipient for whom it did not take it
}

const PIECE = 64 * 1024 // bytes

/** Hands a mail over; rejects with a SendFailure when the server took it for nobody, or did not answer. */
export function handOver(by: SMTPConnection, envelope: Envelope, raw: Buffer): Promise<Handed> {
  let given = 0
  const bytes = new Readable({
    read() {
      const piece = raw.subarray(given, given + PIECE)
      given += piece.length
      this.push(piece.length ? piece : null)
    },
  })
  // Only a server that has the whole mail can have taken it.
  const mayHaveArrived = () => given >= raw.length
  return new Promise((resolve, reject) => {
    const cut = (): void => {
      // The error that ended the connection, if any, is told right after this event.
      setImmediate(() => reject(new SendFailure(new Error('The connection was closed.'), mayHaveArrived())))
    }
    by.once('end', cut)
    by.send({ ...envelope, size: raw.length }, bytes, (error, done) => {
      by.off('end', cut)
      if (error) reject(new SendFailure(error, mayHaveArrived() && !(error as { responseCode?: number }).responseCode))
      else
        resolve({
          answer: done?.response ?? '',
          id: (done as { serverMessageId?: string } | undefined)?.serverMessageId ?? null,
          refused: (done?.rejectedErrors ?? []).map(e => new SendFailure(e)),
        })
    })
  })
}
