import { habitOf } from './habits.ts'
import type { Habit, HabitSettings, Mail, MailboxView, MailView } from './types.ts'

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

/** The mail without its bytes, as JSON may carry it. */
export function viewOfMail({ raw: _raw, content: _content, ...view }: Mail): MailView {
  return view
}
