import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seeAgent } from '../../../src/core/agents.ts'
import { setBaseRole } from '../../../src/core/permissions/roles.ts'
import type { AgentRow, BaseRole } from '../../../src/db/schema.ts'
import type { MessageRef, MessageView } from '../../../src/sandbox/slack/types.ts'
import { wordsOf } from '../../support/desk.ts'
import { startWorld, type World } from '../../support/world.ts'

/** What somebody may not do by a button they may not do by any other way in, and are told whom to ask. */
let world: World
let admin: AgentRow
let other: AgentRow
let card: MessageView
let answer: MessageView // Ann's, in the thread, held
beforeAll(async () => {
  world = await startWorld({
    env: { REPLY_MODE: 'direct', HOLD_SECONDS: '600', PUBLIC_URL: 'https://overture.tulip.test' },
  })
  const { ann, ben, overture, slack } = world
  card = await world.openTicket()
  admin = await overture.store.read(q =>
    q.selectFrom('agents').selectAll().where('handle', '=', ann.id).executeTakeFirstOrThrow(),
  )
  other = await overture.store.write(tx => seeAgent(tx, { handle: ben.id, name: 'Ben', email: 'ben@tulip.test' }))
  await overture.store.write(tx => setBaseRole(tx, admin.id, 'admin', admin))
  answer = await ann.say({ channel: 'support', thread_ts: card.ts, text: 'They are blue.' })
  await slack.until(() => ann.ephemerals().some(e => wordsOf(e).includes('undo_send')))
  await ann.click(at(card), 'reply')
  await slack.until(() => ann.modals().length > 0)
  await ann.choose('send_when', 'At a date and time…')
  await slack.until(() => ann.modal().blocks.some(b => b.block_id === 'date'))
  const date = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10)
  await ann.submit({ message: 'Another word then.', date, time: '09:00' })
  await slack.until(() => wordsOf(world.card(card.ts)).includes('send_now'))
  await world.settle()
})
afterAll(() => world.close())

const at = (message: MessageRef) => ({ message: { channel: message.channel, ts: message.ts } })

/** What Ben hears when he does this, where only he sees it; nothing once the card says that it is done. */
const whispered = async (act: () => Promise<unknown>, done?: string) => {
  const { ben, slack } = world
  const before = ben.ephemerals().length
  const isDone = () => done !== undefined && wordsOf(world.card(card.ts)).includes(done)
  await act()
  await slack.until(() => isDone() || ben.ephemerals().length > before)
  return wordsOf(ben.ephemerals()[before])
}
const reacted = (to: MessageView, emoji: string) =>
  whispered(async () => {
    await world.ben.react(to, emoji)
    await world.ben.unreact(to, emoji)
  })
const fromMore = async (button: string) => {
  const { ben, slack } = world
  await ben.click(at(card), 'more')
  const { id } = await slack.until(() => ben.modals().find(m => m.title.startsWith('More on')))
  await ben.click({ view: id }, button)
  return slack.until(() => ben.modals()[1])
}
/** What Ben hears, or the form that opens for him. */
const pressed = async (button: string) => {
  const { ben, slack } = world
  const before = ben.ephemerals().length
  await ben.click(at(card), button)
  await slack.until(() => ben.modals().length > 0 || ben.ephemerals().length > before)
  if (ben.modals().length) await ben.close({ all: true })
  return wordsOf(ben.ephemerals()[before])
}
/** What Ben hears in place of the form that he opens, or, once he submits it, from the form. */
const filled = async (open: () => Promise<unknown>, entries: Record<string, string>) => {
  const { ben, slack } = world
  const words = () => [...ben.ephemerals(), ...slack.direct('Ben').messages()].map(said => said.text)
  const before = words().length
  await open()
  await slack.until(() => ben.modals().length > 0 || words().length > before)
  if (!ben.modals().length) return words().join()
  const { errors, view } = await ben.submit(entries)
  if (ben.modals().length) await ben.close({ all: true })
  return JSON.stringify(errors) + wordsOf(view)
}
const NEW = { subject: 'News', message: 'Hello Jane' }
const said = (text: string) => world.ben.say({ channel: 'support', thread_ts: card.ts, text })
const asked = (text: string) => whispered(() => said(`<@${world.slack.app.botUser}> ${text}`))
const stepped = async (step: string, inputs: object) => {
  const { ben, slack } = world
  const { id } = slack.runStep(step, { agent: ben.id, ...inputs })
  const run = await slack.until(() => (slack.stepRun(id).state === 'running' ? null : slack.stepRun(id)))
  return run.error ?? JSON.stringify(run.outputs)
}
const rich = (text: string) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
})
const letter = { subject: 'News', message: rich('We have news.') }

const LOOK = 'You may look at, but not change, SUP-1. Ask Ann.'
const OPEN = 'You may not open tickets in this team. Ask Ann.'
const ONLY_LOOK = 'You may look, but not change anything. Ask Ann.'
const WRITE = 'You may not write to customers of this team. Ask Ann.'
const SEND = 'What you write waits for somebody else to send it. Ask Ann.'
const GIVE = 'You may not give to others SUP-1. Ask Ann.'

/** How each way in is answered; null: they may. */
const WAYS: [way: string, viewer: string, drafter: string | null, act: () => Promise<string>][] = [
  ['the mention that gives it to others', GIVE, GIVE, () => asked(`assign <@${world.ann.id}>`)],
  ['the button Take', LOOK, null, () => whispered(() => world.ben.click(at(card), 'take'), `<@${world.ben.id}>`)],
  ['the emoji that takes', LOOK, null, () => reacted(card, 'eyes')],
  ['the mention that takes', LOOK, null, () => asked('take')],
  ['the emoji that closes', LOOK, null, () => reacted(card, 'white_check_mark')],
  ['the mention that closes', LOOK, null, () => asked('close')],
  ['the mention that sets a status', LOOK, null, () => asked('status open')],
  ['the mention that sets a priority', LOOK, null, () => asked('priority high')],
  ['the emoji that keeps a note', LOOK, null, () => reacted(answer, 'lock')],
  ['the button Reply', LOOK, null, () => pressed('reply')],
  ['the button Note', LOOK, null, () => pressed('note')],
  ['the button Close', LOOK, null, () => pressed('close')],
  ['the button Send now', LOOK, SEND, () => whispered(() => world.ben.click(at(card), 'send_now'))],
  [
    'the form Send as',
    LOOK,
    null,
    async () => {
      const heard = wordsOf(await fromMore('send_as'))
      await world.ben.close({ all: true })
      return heard
    },
  ],
  ['what they write in the thread', LOOK, 'A draft: a colleague sends it', () => whispered(() => said('Hello Jane'))],
  [
    'the command',
    ONLY_LOOK,
    null,
    () => filled(() => world.ben.command('/ticket jane@acme.test', { channel: 'support' }), NEW),
  ],
  [
    'the shortcut',
    ONLY_LOOK,
    null,
    () => filled(() => world.ben.shortcut('new_ticket'), { ...NEW, customer_typed: 'jane@acme.test' }),
  ],
  [
    'the shortcut on a message',
    ONLY_LOOK,
    null,
    () =>
      filled(() => world.ben.messageShortcut('new_ticket_about', answer), {
        ...NEW,
        customer_typed: 'jane@acme.test',
      }),
  ],
  ['the step for a ticket', OPEN, null, () => stepped('create_ticket', { ...letter, customer: 'jane@acme.test' })],
  ['the step for a note', LOOK, null, () => stepped('add_note', { ticket: 'SUP-1', note: rich('She pays late.') })],
  [
    'the step for a chat',
    WRITE,
    'waiting for approval',
    () => stepped('send_chat', { ...letter, recipients: 'bob@globex.test' }),
  ],
]

const become = (role: BaseRole) => world.overture.store.write(tx => setBaseRole(tx, other.id, role, admin))
/** What may not be otherwise after it, in the order of their ids. */
const state = () =>
  world.overture.store.read(async q => ({
    tickets: await q.selectFrom('tickets').select(['id', 'status', 'priority', 'assignee_id', 'sender_id']).execute(),
    chats: await q.selectFrom('chats').select(['id', 'state']).execute(),
    mails: await q.selectFrom('deliveries').select(['id', 'state']).where('key', 'is not', null).execute(),
    messages: await q.selectFrom('messages').select(['id', 'visibility']).where('visibility', '!=', 'note').execute(),
  }))

describe('a viewer', () => {
  beforeAll(() => become('viewer'))

  it.each(WAYS)('changes nothing by %s', async (_, refusal, _drafter, act) => {
    const before = await state()
    expect(await act()).toContain(refusal)
    await world.settle()
    expect(await state()).toEqual(before)
  })
})

describe('a drafter', () => {
  beforeAll(() => become('drafter'))

  it.each(WAYS)('sends nothing by %s', async (_, _viewer, words, act) => {
    const before = (await state()).mails.filter(m => m.state !== 'cancelled').map(m => m.id)
    const heard = await act()
    if (words === null) expect(heard).not.toContain('Ask Ann')
    else expect(heard).toContain(words)
    await world.settle()
    const mails = (await state()).mails.filter(m => m.state !== 'cancelled').map(m => m.id)
    expect(before).toEqual(expect.arrayContaining(mails))
    expect(world.jane.inbox).toEqual([])
  })
})
