import { habitOf } from './habits.ts'
import type { Habit, HabitSettings, Mail, MailboxGlance, MailboxView, MailView } from './types.ts'

/** One customer's mailbox, and what its owner is known to do. */
export class Mailbox {
  readonly address: string
  name: string
  habit: Habit
  settings: HabitSettings = {}
  readonly mails: Mail[] = []

  constructor(address: string, name: string) {
    this.address = address
    this.name = name
    this.habit = habitOf(address)
  }

  of(direction: Mail['direction']): Mail[] {
    return this.mails.filter(mail => mail.direction === direction)
  }
}

export function viewOfMailbox(box: Mailbox): MailboxView {
  return {
    address: box.address,
    name: box.name,
    habit: box.habit,
    habitText: box.settings.text,
    received: box.of('received').length,
    written: box.of('written').length,
    mails: box.mails.map(viewOfMail),
  }
}

/** What a list of mailboxes shows of each. */
export function glanceOf(box: Mailbox): MailboxGlance {
  const receivedIds = box.of('received').map(mail => mail.id)
  return {
    address: box.address,
    name: box.name,
    habit: box.habit,
    received: receivedIds.length,
    written: box.mails.length - receivedIds.length,
    receivedIds,
    latestAt: box.mails.at(-1)?.at ?? 0,
  }
}

/** The mail without its bytes, as JSON may carry it. */
export function viewOfMail({ raw: _raw, content: _content, ...view }: Mail): MailView {
  return view
}
