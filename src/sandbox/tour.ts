import type { World } from './world.ts'

/** Does the main job by itself and tells each step once it is seen at the far side. Rejects at the first that is not. */
export async function tour(world: World, seen: (line: string) => void): Promise<void> {
  const { slack, mail } = world
  const ann = slack.as('Ann')
  const jane = mail.customer('Jane Doe <jane@acme.test>')
  const channel = slack.channel('support')
  const formOpens = () => slack.until(() => ann.modals().length > 0)

  await ann.command('/ticket jane@acme.test', { channel: 'support' })
  await formOpens()
  seen(`Ann types /ticket jane@acme.test in #support; the form "${ann.modal().title}" opens.`)

  await ann.submit({
    subject: 'Your order is delayed',
    message: 'Hello Jane, your order leaves us on *Thursday*. Is that in time?',
  })
  const card = await slack.until(() => channel.messages().find(m => m.text.includes('SUP-1')))
  seen('She fills it and sends; the card of SUP-1 is in #support, its mail is held for a second, with Undo.')

  const first = await slack.until(() => jane.inbox.find(m => m.subject.includes('Your order is delayed')))
  must(/<(b|strong)[^>]*>Thursday<\/(b|strong)>/.test(first.html ?? ''), 'the bold word is bold in the html mail')
  must(Boolean(first.text?.includes('SUP-1')), 'the mail names its ticket')
  seen(`Jane has the mail "${first.subject}" as html and text.`)

  await jane.reply(first, { text: 'Thursday is fine, thank you!', quote: 'gmail' })
  const answer = await slack.until(() => channel.thread(card.ts).find(m => m.text.includes('Thursday is fine')))
  must(Boolean(answer.username?.includes('(customer, by email)')), "the answer is marked as the customer's")
  must(!answer.text.includes('Is that in time?'), 'the quoted mail is left out')
  seen(`Her answer is in the thread, from "${answer.username}", without the quoted mail.`)

  const words = await ann.say({
    channel: 'support',
    thread_ts: card.ts,
    text: 'Wonderful. I will write when it leaves.',
  })
  const ask = await slack.until(() => ann.ephemerals().find(e => e.text.startsWith('Send this to')))
  must(jane.inbox.length === 1, 'nothing went to Jane before Ann decided')
  seen('Ann answers in the thread; only she is asked whether Jane is to have it.')

  await ann.click({ ephemeral: ask.id }, 'send_message')
  const second = await slack.until(() => jane.inbox.find(m => m.text?.includes('I will write when it leaves')))
  must(
    second.headers.some(h => h.name.toLowerCase() === 'in-reply-to'),
    "the second mail belongs to the first one's thread",
  )
  await slack.until(() => channel.message(words.ts).reactions?.find(r => r.name === 'white_check_mark'))
  seen('She sends it; Jane has it in the same mail thread, and the message carries a check mark.')

  await ann.say({ channel: 'support', thread_ts: card.ts, text: 'note: ask the carrier about Thursday' })
  await world.overture.inbox.flush()
  await ann.click({ message: { channel: channel.id, ts: card.ts } }, 'close')
  await formOpens()
  await ann.submit({})
  await slack.until(() => /closed/i.test(JSON.stringify(channel.message(card.ts).blocks)))
  must(jane.inbox.length === 2, 'a note never reaches the customer')
  seen('A note stays in Slack; Ann closes the ticket, and the card says so.')

  await jane.reply(second, { text: 'One more thing: do you have tulips as well?', quote: 'outlook' })
  await slack.until(() => channel.thread(card.ts).find(m => m.text.includes('do you have tulips')))
  await slack.until(() => !/closed/i.test(channel.message(card.ts).text))
  seen('Jane writes again: the ticket is open once more. That is the main job.')
}

/** Throws unless it is so. */
export function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`It should be that ${what}.`)
}
