import type { Crowd, CrowdWays, Deed } from './mail/crowd.ts'
import type { MessageView, ModalView } from './slack/types.ts'
import { must } from './tour.ts'
import { SEGMENT, seedTrial } from './trial.ts'
import type { World } from './world.ts'

const PEOPLE = 12

/** Three answer, and one each is away, has no such address, unsubscribes: within a second or so. */
const WAYS: CrowdWays = {
  shares: { answers: 3 / PEOPLE, 'out-of-office': 1 / PEOPLE, refuses: 1 / PEOPLE, unsubscribes: 1 / PEOPLE },
  delays: { answers: [100, 1_000], unsubscribes: [100, 500] },
  seed: 3,
}

/** A chat to a few customers comes alive; each step is told once it is seen at the far side. */
export async function tourChat(world: World, seen: (line: string) => void): Promise<void> {
  const { slack, mail } = world
  const ann = slack.as('Ann')
  const channel = slack.channel('support')
  const crowd = await seedTrial(world, PEOPLE, WAYS)
  try {
    const run = await writeChat(world)
    seen(`Ann types /chat, writes to the segment "${SEGMENT}"; the dry run says that all ${PEOPLE} will get it.`)

    await ann.submit({}, { view: run.id })
    const [first] = inboxes(world, crowd)
    await mail.until(() => inboxes(world, crowd).filter(c => c.inbox.length === 1).length === PEOPLE - 1)
    must(
      Boolean(first?.latest().text.includes(`Hello ${first.name.split(' ')[0]},`)),
      'each customer is greeted by name',
    )
    seen(`She sends it: ${PEOPLE - 1} customers have a mail of their own, and one address does not exist.`)

    const card = await cardSays(world, 'answered *3*')
    for (const { name } of who(crowd, 'answers'))
      await slack.until(() => channel.messages().find(m => m.text.startsWith('SUP-') && m.text.includes(name)))
    seen('Three answer. Each is a ticket in #support now, with a thread; the one card of the chat counts them.')

    await cardSays(world, 'bounced *1*')
    await cardSays(world, 'out of office *1*')
    await cardSays(world, 'unsubscribed *1*')
    const [absent] = who(crowd, 'out-of-office')
    must(!channel.messages().some(m => m.text.includes(absent?.name ?? '')), 'an out-of-office is no ticket')
    seen(
      'The mail that bounced, an out-of-office and a one-click unsubscribe are counted there, too, and are no tickets.',
    )

    await ann.click({ message: { channel: channel.id, ts: card.ts } }, 'chat_report')
    const report = await shows(world, 'answered')
    await ann.click({ view: report.id }, 'chat_chart')
    await slack.until(() => channel.thread(card.ts).find(m => m.files?.some(f => f.name.endsWith('.png'))))
    seen('She asks for the report: who answered when, as a chart in the thread of the card. That is a chat.')
  } finally {
    crowd.stop()
  }
}

/** Fills the form; resolves with the dry run. */
async function writeChat(world: World): Promise<ModalView> {
  const ann = world.slack.as('Ann')
  await ann.command('/chat', { channel: 'support' })
  await world.slack.until(() => ann.modals().find(m => m.title === 'New chat'))
  await ann.choose('audience', 'segment')
  await world.slack.until(() => 'segment' in ann.modal().values)
  const answer = await ann.submit({
    segment: SEGMENT,
    subject: 'Your trial ends on {{ customer.trial_ends }}',
    message: 'Hello {{ customer.first_name }},\n\nhow do you like *{{ customer.plan }}* so far?',
  })
  must(answer.became === 'updated', `the form is taken: ${JSON.stringify(answer.errors)}`)
  return shows(world, `*${PEOPLE} of ${PEOPLE}* will get it.`)
}

function shows({ slack }: World, text: string): Promise<ModalView> {
  return slack.until(() =>
    slack
      .as('Ann')
      .modals()
      .find(m => JSON.stringify(m.blocks).includes(text)),
  )
}

function cardSays({ slack }: World, text: string): Promise<MessageView> {
  const isCard = (m: MessageView) => m.text.startsWith('Chat 1') && JSON.stringify(m.blocks).includes(text)
  return slack.until(() => slack.channel('support').messages().find(isCard))
}

function who({ members }: Crowd, deed: Deed) {
  return members.filter(m => m.deed === deed)
}

function inboxes({ mail }: World, { members }: Crowd) {
  return members.map(({ address }) => mail.customer(address))
}
