import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { instructionIn, readInstruction } from '../../../src/channels/slack/listen/instructions/read.ts'
import { foundTickets, instructionHelp } from '../../../src/channels/slack/views/instructions.ts'
import { storeInbound } from '../../../src/core/inbound/store.ts'
import type { EphemeralView, MessageView, Person } from '../../../src/sandbox/slack/types.ts'
import { wordsOf } from '../../support/desk.ts'
import { aTicket } from '../../support/views.ts'
import { startWorld, type World } from '../../support/world.ts'
import { faultsIn, hostile } from './views/what-slack-refuses.ts'

describe('an instruction', () => {
  it('begins with the mention of Overture', () => {
    expect(instructionIn('<@U0BOT> close', 'U0BOT')).toBe('close')
    expect(instructionIn(' <@U0BOT|overture>: close', 'U0BOT')).toBe('close')
    expect(instructionIn('<@U0BOT>', 'U0BOT')).toBe('')
    expect(instructionIn('<@U0BEN> close', 'U0BOT')).toBeNull()
    expect(instructionIn('Ask <@U0BOT> to close', 'U0BOT')).toBeNull()
    expect(instructionIn(undefined, 'U0BOT')).toBeNull()
  })

  it.each([
    ['', { verb: 'help' }],
    ['Help me', { verb: 'help' }],
    ['frobnicate <!channel>', { verb: 'help', unknown: 'frobnicate' }],
    ['constructor', { verb: 'help', unknown: 'constructor' }],
    ['sup-41', { verb: 'show', identifier: 'sup-41' }],
    ['find <mailto:jane@acme.test|jane@acme.test>', { verb: 'find', words: 'jane@acme.test' }],
    ['Close', { verb: 'close', reason: '' }],
    ['close Smith &amp; Co paid', { verb: 'close', reason: 'Smith & Co paid' }],
    ['assign to <@U0BEN>', { verb: 'assign', to: 'U0BEN' }],
    ['assign me', { verb: 'assign', to: 'me' }],
    ['status In Progress', { verb: 'status', status: 'in_progress' }],
    ['status waiting', { verb: 'status', status: 'awaiting_customer' }],
    ['priority URGENT', { verb: 'priority', priority: 'urgent' }],
    ['note: she *pays* late', { verb: 'note', text: 'she *pays* late' }],
  ])('“%s” is understood', (text, asked) => {
    expect(readInstruction(text)).toEqual(asked)
  })

  it.each([
    ['status constructor', '“constructor” is not a status.'],
    ['status frozen', '“frozen” is not a status. There are: open, in progress, waiting, closed.'],
    ['priority', '“” is not a priority. There are: low, medium, high, urgent.'],
    ['assign Ben', 'Say to whom: mention them with @, or write `me` or `nobody`.'],
    ['note', 'Write the note behind the word, such as `note she pays late`.'],
    ['find', 'Say what to find, such as `find jane@acme.test`.'],
  ])('“%s” is not complete', (text, message) => {
    expect(() => readInstruction(text)).toThrow(message)
  })

  it('is answered within what Slack takes, whatever others wrote', () => {
    const tickets = Array.from({ length: 10 }, () =>
      aTicket({ subject: hostile.repeat(9), customer: { ...aTicket().customer, name: hostile.repeat(9) } }),
    )
    for (const post of [
      foundTickets(hostile, tickets),
      foundTickets(hostile, []),
      instructionHelp(hostile, true),
      instructionHelp(null, false),
    ])
      expect(faultsIn(post, 8_500)).toEqual([])
  })
})

describe('Overture, mentioned', () => {
  let world: World
  let card: MessageView
  beforeAll(async () => {
    world = await startWorld({ env: { REPLY_MODE: 'direct' } })
    card = await world.openTicket()
    await world.slack.until(() => world.jane.inbox.length === 1)
    await world.settle()
  })
  afterAll(() => world.close())

  const told = (who: Person, text: string): Promise<EphemeralView> =>
    world.slack.until(() => who.ephemerals().find(e => wordsOf(e).includes(text)))
  const ask = (text: string, thread_ts: string | null = card.ts) =>
    world.ann.say({
      channel: 'support',
      text: `<@${world.slack.app.botUser}> ${text}`,
      ...(thread_ts && { thread_ts }),
    })
  const cardSays = (text: string) => world.slack.until(() => wordsOf(world.card(card.ts)).includes(text))
  const messages = () =>
    world.overture.store.read(q =>
      q.selectFrom('messages').selectAll().where('opening', '=', 0).orderBy('id').execute(),
    )

  it('works on the ticket of the thread, and never mails what it is told', async () => {
    const { ann, ben, jane, slack } = world
    await ask('take')
    await told(ann, 'SUP-1 is yours now.')
    await ask(`assign <@${ben.id}>`)
    await cardSays(`Assigned to <@${ben.id}>`)
    await ask('priority urgent')
    await cardSays('Urgent')
    await ask('status in progress')
    await cardSays('In progress')
    await ask('close she has it')
    const closed = await told(ann, 'You closed SUP-1.')
    expect(closed.thread_ts).toBe(card.ts)
    await cardSays('Closed: she has it')
    await ask('reopen')
    await cardSays('In progress')
    await ask('frobnicate the ticket')
    await told(ann, 'I do not know `frobnicate`')
    await ask('status frozen')
    await told(ann, 'There are: open, in progress, waiting, closed.')
    await world.settle()
    expect(await messages()).toEqual([])
    expect(jane.inbox).toHaveLength(1)
    await slack.redeliver(slack.sent('event').find(e => e.payload.event.text?.endsWith('take'))?.id ?? '')
    await world.settle()
    expect(wordsOf(world.card(card.ts))).toContain(`Assigned to <@${ben.id}>`)
  })

  it('does once what is found again in the thread after an outage', async () => {
    const { ann, ben, overture, slack } = world
    const said = await ask(`assign <@${ben.id}>`)
    await slack.until(() => slack.sent('event').some(e => e.payload.event.ts === said.ts && e.ackedAt))
    await world.settle()
    await ask('assign nobody')
    await cardSays('Unassigned')
    await world.settle()
    const { event } = slack.sent('event').find(e => e.payload.event.ts === said.ts)?.payload ?? {}
    const raw = Buffer.from(JSON.stringify({ type: 'event_callback', event }))
    const told = ann.ephemerals().length
    await overture.store.write(tx => storeInbound(tx, { channel: 'slack', key: `seen:${said.ts}`, raw }))
    await world.settle()
    expect(wordsOf(world.card(card.ts))).toContain('Unassigned')
    expect(ann.ephemerals()).toHaveLength(told)
    await ask(`assign <@${ben.id}>`)
    await cardSays(`Assigned to <@${ben.id}>`)
  })

  it('keeps a note once, which follows its edit, and goes with its deletion', async () => {
    const { ann, jane, slack } = world
    const said = await ask('note she *pays* late')
    await told(ann, 'Kept as a note')
    const [note] = await messages()
    expect(note).toMatchObject({ visibility: 'note', text: 'she pays late', author_name: 'Ann' })
    await ann.edit({ channel: said.channel, ts: said.ts }, `<@${slack.app.botUser}> note she pays early`)
    await slack.until(async () => (await messages())[0]?.text === 'she pays early')
    await ann.remove({ channel: said.channel, ts: said.ts })
    await slack.until(async () => (await messages())[0]?.deleted_at !== null)
    expect(jane.inbox).toHaveLength(1)
  })

  it('in the middle of a message makes it a note, also in a team that sends at once', async () => {
    const { ann, jane } = world
    await ann.say({
      channel: 'support',
      thread_ts: card.ts,
      text: `Who taught <@${world.slack.app.botUser}> to count?`,
    })
    await told(ann, 'Kept as a note')
    await world.settle()
    expect((await messages()).at(-1)?.visibility).toBe('note')
    expect(jane.inbox).toHaveLength(1)
  })

  it('says what became of an instruction that is edited into something else', async () => {
    const { ann, jane } = world
    const said = await ask('help')
    await told(ann, 'In this thread')
    await ann.edit({ channel: said.channel, ts: said.ts }, 'Hello Jane!')
    await told(ann, 'neither sent nor kept')
    await world.settle()
    expect(jane.inbox).toHaveLength(1)
  })

  it('finds and shows tickets anywhere, to those who ask alone', async () => {
    const { ann } = world
    await ask('find JANE@acme.test', null)
    const found = await told(ann, 'SUP-1 · Your order')
    expect(found.thread_ts).toBeUndefined()
    await ann.click({ ephemeral: found.id }, 'details')
    await world.slack.until(() => ann.modals().some(m => wordsOf(m).includes('History')))
    await ask('SUP-1', null)
    await told(ann, 'opened the ticket')
    await ask('find nobody@nowhere.test', null)
    await told(ann, 'No ticket is found')
    await ask('close', null)
    await told(ann, 'is for the thread of a ticket')
    expect(world.slack.channel('support').messages()).not.toContainEqual(
      expect.objectContaining({
        text: expect.stringContaining('SUP-1 · Your order'),
        bot_id: expect.anything(),
        ts: found.ts,
      }),
    )
  })
})

it('Overture obeys nobody of another organisation', async () => {
  const world = await startWorld({
    slack: {
      people: [
        { name: 'Ann Archer', email: 'ann@tulip.test' },
        { name: 'Ben Baker' },
        { name: 'Sam Stone', isStranger: true },
      ],
      channels: [{ name: 'support', kind: 'shared', members: ['Ann', 'Ben', 'Sam'], hasBot: true }],
    },
  })
  try {
    const card = await world.openTicket()
    await world.settle()
    const sam = world.slack.as('Sam')
    await sam.say({ channel: 'support', thread_ts: card.ts, text: `<@${world.slack.app.botUser}> SUP-1` })
    await sam.react({ channel: world.slack.channel('support').id, ts: card.ts }, 'eyes')
    await world.slack.until(() => sam.ephemerals().filter(e => e.text.includes('Only members')).length === 2)
    expect(JSON.stringify(sam.ephemerals())).not.toContain('Your order')
  } finally {
    await world.close()
  }
})
