import { composeBounce } from './bounce.ts'
import { composeComplaint } from './complaint.ts'
import { composeAbsence, composeForward, composeFresh, composeReply, type Letter } from './compose.ts'
import { isAutomatic, mayBeAnsweredByMachine } from './habits.ts'
import type { Mailbox } from './mailbox.ts'
import type { Customer, Mail } from './types.ts'
import { clickUnsubscribe } from './unsubscribe.ts'

export interface PostOffice {
  now(): number
  /** Keeps the letter among what the mailbox wrote, then carries it; resolves when all its recipients have it. */
  post(box: Mailbox, letter: Letter): Promise<Mail>
  changed(box: Mailbox): void
}

/** What the owner of a mailbox can do by hand. */
export function customerOf(box: Mailbox, office: PostOffice): Customer {
  const send = async (letter: Letter | Promise<Letter>) => office.post(box, await letter)
  const customer: Customer = {
    address: box.address,
    get name() {
      return box.name
    },
    get habit() {
      return box.habit
    },
    get inbox() {
      return box.of('received')
    },
    get sent() {
      return box.of('written')
    },
    latest() {
      const newest = box.of('received').at(-1)
      if (!newest) throw new Error(`${box.address} has no mail.`)
      return newest
    },
    called(name) {
      box.name = name
      office.changed(box)
      return customer
    },
    does(habit, settings = {}) {
      box.habit = habit
      box.settings = settings
      office.changed(box)
      return customer
    },
    reply: (mail, reply) =>
      send(composeReply(box, mail, typeof reply === 'string' ? { text: reply } : reply, office.now())),
    write: fresh => send(composeFresh(box, fresh, office.now())),
    forward: (mail, to, text = '') => send(composeForward(box, mail, to, text, office.now())),
    bounce: async (mail, bounce = {}) => send(composeBounce(mail, bounce, office.now())),
    away: (mail, text = AWAY) => send(composeAbsence(box, mail, returnAddress(mail), text, office.now())),
    unsubscribe: mail => clickUnsubscribe(mail),
    complain: async mail => send(composeComplaint(mail, office.now())),
  }
  return customer
}

const AWAY = 'I am out of the office until Monday and will read your mail then.'

function returnAddress(mail: Mail): string {
  return (mail.replyTo[0] ?? mail.from)?.address ?? mail.envelope.from
}

/** What the mailbox does with a mail that has just come in, without its owner. */
export async function actOnHabit(box: Mailbox, mail: Mail, office: PostOffice): Promise<void> {
  const { text, answerTo } = box.settings
  const owner = customerOf(box, office)
  if (box.habit === 'bounces' && mail.envelope.from !== '') await owner.bounce(mail)
  if (box.habit === 'answers' && !isAutomatic(mail)) await owner.reply(mail, text ?? 'Thank you, that helps me a lot.')
  if (box.habit === 'out-of-office' && mayBeAnsweredByMachine(mail)) {
    const to = answerTo === 'envelope' ? mail.envelope.from : returnAddress(mail)
    await office.post(box, await composeAbsence(box, mail, to, text ?? AWAY, office.now()))
  }
}
