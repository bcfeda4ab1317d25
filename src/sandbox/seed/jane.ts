import { setFields } from '../../core/fields/values.ts'
import { setTags } from '../../core/tags/tags.ts'
import { setDetails } from '../../core/tickets/details.ts'
import { ticketByIdentifier } from '../../core/tickets/find.ts'
import { JANE } from './customers.ts'
import type { TicketFields } from './fields.ts'
import type { Town } from './town.ts'

/** What Jane and Tulip wrote to each other some time ago. */
export async function seedJanesPast(town: Town): Promise<void> {
  const talk = await town.open('Support', 'Ann', JANE, {
    subject: 'Your autumn order is complete',
    text: 'Hello Jane,\n\nyour autumn order (T-1001) left us today, all fourteen boxes. Is there anything that we should do better next year?',
  })
  await town.settle()
  await talk.hear('All came in time, thank you! Next year please a little later: our shelves were still full.')
  await town.settle()
  await talk.close('Ann', 'Done.')
}

const SUBJECT = 'Your tulip bulbs are delayed'
const DAY_MS = 86_400_000

/** The ticket that a newcomer sees first, made by hand in Slack, so that they see at once what it is about. */
export async function seedJane(town: Town, fields: TicketFields): Promise<void> {
  const { slack, mail } = town.world
  const [ann, ben] = [slack.as('Ann'), slack.as('Ben')]
  const jane = mail.customer(JANE)
  const support = slack.channel('support')

  await ann.command('/ticket jane@acme.test', { channel: 'support' })
  await slack.until(() => ann.modals().length > 0)
  await ann.submit({
    subject: SUBJECT,
    message:
      'Hello Jane,\n\nyour order *T-1042* leaves us on _Thursday_ instead of Monday: the frost got into the fields. You may\n• wait for the same bulbs,\n• or have the red ones tomorrow.\n\nWhich would you like?',
    priority: 'high',
  })
  const first = await slack.until(() => jane.inbox.find(m => m.subject.includes(SUBJECT)))
  await jane.reply(first, {
    text: 'Hi Ann,\n\nthank you for telling me early! The red ones tomorrow would be lovely.\n\nJane',
    quote: 'gmail',
  })
  const card = await slack.until(() => support.messages().find(m => m.bot_id && m.text.includes(SUBJECT)))
  await slack.until(() => support.thread(card.ts).find(m => m.text.includes('red ones tomorrow')))
  await ben.say({
    channel: 'support',
    thread_ts: card.ts,
    text: 'note: the red ones are in shed 3, I can pack them today',
  })
  await fillIn(town, card.text, fields)
}

async function fillIn(town: Town, card: string, { order, flowers, refund }: TicketFields): Promise<void> {
  const identifier = /SUP-\d+/.exec(card)?.[0] ?? ''
  const ann = town.actor('Ann')
  await town.write(async tx => {
    const { id } = await ticketByIdentifier(tx.q, identifier)
    await setTags(tx, id, ['Late', 'Early bird'], ann)
    await setFields(tx, id, { [order]: ['T-1042'], [flowers]: ['Tulips'], [refund]: [] }, ann)
    await setDetails(
      tx,
      id,
      { description: 'The frost got into the fields of the north.', dueAt: tx.now + DAY_MS },
      ann,
    )
  })
}
