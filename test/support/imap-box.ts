export interface ImapMail {
  uid: number
  raw: Buffer
  flags: Set<string>
  receivedAt: Date
}

/** A mailbox of the IMAP server: mails by rising UID, and who wants to hear of changes. */
export class ImapBox {
  mails: ImapMail[] = []
  uidValidity = 1_700_000_001
  uidNext = 1
  readonly watchers = new Set<() => void>()

  append(raw: Buffer, flags: string[] = []): void {
    this.mails.push({ uid: this.uidNext, raw, flags: new Set(flags), receivedAt: new Date() })
    this.uidNext += 1
    this.changed()
  }

  expunge(): void {
    this.mails = this.mails.filter(mail => !mail.flags.has('\\Deleted'))
    this.changed()
  }

  /** As after a restore from a backup: another UIDVALIDITY, and the same mails under other UIDs. */
  renumber(): void {
    this.uidValidity += 1
    const first = this.uidNext + 100
    this.mails = this.mails.map((mail, index) => ({ ...mail, uid: first + index }))
    this.uidNext = first + this.mails.length
  }

  changed(): void {
    for (const tell of this.watchers) tell()
  }
}
