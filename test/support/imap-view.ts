import type { ImapBox, ImapMail } from './imap-box.ts'
import { inSet } from './imap-parse.ts'

export interface Chosen {
  mail: ImapMail
  sequence: number
}

/** A selected mailbox as one client knows it: sequence numbers count what the client has been told of. */
export class ImapView {
  readonly box: ImapBox
  mails: ImapMail[]
  readonly #notice: () => void

  constructor(box: ImapBox, notice: () => void) {
    this.box = box
    this.mails = [...box.mails]
    this.#notice = notice
    box.watchers.add(notice)
  }

  leave(): void {
    this.box.watchers.delete(this.#notice)
  }

  chosen(set: string, byUid: boolean): Chosen[] {
    const wanted = inSet(set, byUid ? (this.mails.at(-1)?.uid ?? 0) : this.mails.length)
    return this.mails
      .map((mail, at) => ({ mail, sequence: at + 1 }))
      .filter(({ mail, sequence }) => wanted(byUid ? mail.uid : sequence))
  }

  /** The lines that tell the client what became different; expunges only where the protocol allows them. */
  news(withExpunges: boolean): string[] {
    const now = this.box.mails
    const gone = withExpunges ? this.mails.flatMap((mail, at) => (now.includes(mail) ? [] : [at + 1])) : []
    if (gone.length) this.mails = this.mails.filter(mail => now.includes(mail))
    const last = this.mails.at(-1)?.uid ?? 0
    const fresh = now.filter(mail => mail.uid > last)
    this.mails.push(...fresh)
    const exists = fresh.length ? [`* ${this.mails.length} EXISTS`] : []
    return [...gone.reverse().map(sequence => `* ${sequence} EXPUNGE`), ...exists]
  }
}
