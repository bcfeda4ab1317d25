import { setTimeout as wait } from 'node:timers/promises'
import nodemailer, { type Transporter } from 'nodemailer'
import type { Letter } from './compose.ts'
import type { Desk, MailWorldOptions } from './types.ts'

export interface DeskDoor {
  readonly underway: number
  to(desk: Desk): void
  /** Resolves when the desk has taken the mail; rejects when it refuses for good or stays away for too long. */
  carry(letter: Letter): Promise<void>
  close(): void
}

/** The way of customers' mail to the desk: retried with back-off like any mail server does, until it is taken. */
export function openDeskDoor(options: MailWorldOptions, changed: () => void): DeskDoor {
  const closing = new AbortController()
  let desk = options.desk
  let line: Transporter | undefined // to where `desk` is, kept open as mail servers do: each new one is greeted only after a while
  let underway = 0

  async function carry(letter: Letter): Promise<void> {
    underway += 1
    changed()
    try {
      await insist(() => handOver(letter), options.retryForMs ?? 30_000, closing.signal)
    } finally {
      underway -= 1
      changed()
    }
  }

  async function handOver({ raw, envelope }: Letter): Promise<void> {
    if (!desk) throw new NoDesk('The mail world does not know where the desk is: call toDesk first.')
    if (typeof desk === 'function') return await desk(raw, envelope)
    line ??= lineTo(desk)
    await line.sendMail({ raw, envelope: { ...envelope } })
  }

  return {
    get underway() {
      return underway
    },
    to: place => {
      line?.close()
      line = undefined
      desk = place
    },
    carry,
    close: () => {
      closing.abort(new Error('The mail world was closed before the desk took the mail.'))
      line?.close()
    },
  }
}

async function insist(attempt: () => Promise<void>, forMs: number, closing: AbortSignal): Promise<void> {
  const end = performance.now() + forMs
  for (let pause = 50; ; pause = Math.min(pause * 2, 1000)) {
    closing.throwIfAborted()
    try {
      return await attempt()
    } catch (error) {
      if (isFinal(error) || performance.now() + pause > end) throw error
    }
    await wait(pause, undefined, { signal: closing, ref: false }).catch(() => {})
  }
}

function lineTo(desk: { host: string; port: number }): Transporter {
  return nodemailer.createTransport({
    ...desk,
    pool: true,
    name: 'mx.customers.test',
    ignoreTLS: true,
    connectionTimeout: 5000,
    greetingTimeout: 5000,
    socketTimeout: 10_000,
  })
}

class NoDesk extends Error {
  override name = 'NoDesk'
}

function isFinal(error: unknown): boolean {
  const code = (error as { responseCode?: number }).responseCode
  return error instanceof NoDesk || (code !== undefined && code >= 500)
}
