import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MessageView, StepRunView } from '../../../src/sandbox/slack/types.ts'
import { wordsOf } from '../../support/desk.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({ env: { PUBLIC_URL: 'https://overture.tulip.test' } })
  const [team] = await world.overture.store.read(q => q.selectFrom('teams').selectAll().execute())
  const open = JSON.stringify({ quietHours: null, approvalOver: 2 })
  await world.overture.store.write(tx =>
    tx.q
      .updateTable('teams')
      .set({ chat_rules: open })
      .where('id', '=', team?.id ?? '')
      .execute(),
  )
})
afterAll(() => world.close())

const rich = (text: string) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text, style: { bold: true } }] }],
})
const ended = (run: StepRunView): Promise<StepRunView> =>
  world.slack.until(() => {
    const now = world.slack.stepRun(run.id)
    return now.state === 'running' ? null : now
  })
const run = (step: string, inputs: object) => ended(world.slack.runStep(step, { agent: world.ann.id, ...inputs }))
const ticket = { customer: 'Jane Doe <jane@acme.test>', subject: 'Your order', message: rich('It is ready.') }
const rows = (table: 'tickets' | 'chats' | 'messages') =>
  world.overture.store.read(q => q.selectFrom(table).selectAll().execute())

describe('the step *Create a proactive ticket*', () => {
  it('writes to the customer as the agent, and gives the ticket and its link', async () => {
    const { jane, slack } = world
    const done = await run('create_ticket', { ...ticket, priority: 'High' })
    expect(done).toMatchObject({
      state: 'completed',
      outputs: { ticket: 'SUP-1', link: 'https://overture.tulip.test/t/SUP-1' },
    })
    const mail = await slack.until(() => jane.inbox.find(m => m.subject.includes('Your order')))
    expect(mail.text).toContain('It is ready.')
    expect(mail.from?.name).toContain('Ann')
    const card = await slack.until(() =>
      slack
        .channel('support')
        .messages()
        .find(m => wordsOf(m).includes('SUP-1')),
    )
    expect(wordsOf(card)).toContain('High')
  })

  it('is one ticket when Slack does not hear that it is done, or hears it twice', async () => {
    const before = (await rows('tickets')).length
    world.slack.faults.next('functions.completeSuccess', { kind: 'drop_request' })
    world.slack.faults.next('functions.completeSuccess', { kind: 'drop_response' })
    const begun = world.slack.runStep('create_ticket', { agent: world.ann.id, ...ticket, internal: true })
    expect(await ended(begun)).toMatchObject({ state: 'completed' })
    await world.slack.until(() =>
      world.slack.calls('functions.completeSuccess').some(c => c.error === 'execution_not_in_running_state'),
    )
    await world.settle()
    expect(await rows('tickets')).toHaveLength(before + 1)
  })

  it.each([
    [{ customer: 'nobody' }, 'That is not an email address.'],
    [{ priority: 'huge' }, '“huge” is not a priority. There are: low, medium, high, urgent.'],
    [{ team: 'SAL' }, 'There is no team SAL. There are: SUP.'],
    [{ message: rich(' ') }, 'Write a message.'],
    [{ subject: ' ' }, 'Give the ticket a subject.'],
  ])('fails with a sentence for %j', async (wrong, error) => {
    const before = (await rows('tickets')).length
    expect(await run('create_ticket', { ...ticket, ...wrong })).toMatchObject({ state: 'failed', error })
    expect(await rows('tickets')).toHaveLength(before)
  })

  it('does nothing for somebody who has left', async () => {
    const { slack, ben } = world
    slack.changeProfile('Ben', { isDeleted: true })
    expect(await run('create_ticket', { ...ticket, agent: ben.id })).toMatchObject({
      state: 'failed',
      error: 'Ben is no longer here. Choose somebody else in the step.',
    })
    slack.changeProfile('Ben', { isDeleted: false })
  })

  it('does nothing for somebody of another organisation', async () => {
    const carla = world.slack.user('Carla').id
    expect(await run('create_ticket', { ...ticket, agent: carla })).toMatchObject({
      state: 'failed',
      error: 'Only members of this workspace can do that.',
    })
  })
})

describe('the step *Add a note*', () => {
  it('keeps a note on a ticket by its name or its link, and mails it to nobody', async () => {
    const { jane, slack } = world
    expect(await run('add_note', { ticket: 'sup-1', note: rich('She pays late.') })).toMatchObject({
      state: 'completed',
      outputs: { ticket: 'SUP-1' },
    })
    await run('add_note', { ticket: 'https://overture.tulip.test/t/SUP-1', note: [rich('By its link.')] })
    const card = slack
      .channel('support')
      .messages()
      .find(m => wordsOf(m).includes('SUP-1')) as MessageView
    const shown = (text: string) => slack.until(() => world.thread(card.ts).find(m => wordsOf(m).includes(text)))
    expect(wordsOf(await shown('She pays late.'))).toContain('Note by Ann')
    await shown('By its link.')
    expect(jane.inbox.map(m => m.text).join()).not.toContain('late')
    expect(await run('add_note', { ticket: 'SUP-99', note: rich('x') })).toMatchObject({
      state: 'failed',
      error: 'There is no ticket SUP-99.',
    })
  })
})

describe('the step *Send a proactive chat*', () => {
  const chat = { subject: 'News for {{ customer.first_name | default: "you" }}', message: rich('We have news.') }

  it('writes to many, and says how many get it', async () => {
    const { mail, slack } = world
    const bob = mail.customer('Bob <bob@globex.test>')
    const done = await run('send_chat', { ...chat, recipients: 'bob@globex.test, eve@globex.test' })
    expect(done).toMatchObject({ state: 'completed', outputs: { chat: 1, state: 'being sent', recipients: 2 } })
    await slack.until(() => bob.inbox.find(m => m.text.includes('We have news.')))
  })

  it('waits for approval where the rules of the team want it', async () => {
    const many = 'a@globex.test, b@globex.test, c@globex.test'
    const done = await run('send_chat', { ...chat, recipients: many, subject: 'Other news' })
    expect(done.outputs).toEqual({ chat: 2, state: 'waiting for approval', recipients: 3 })
  })

  it('leaves nothing behind when nobody would get it, or there is no such segment', async () => {
    const before = (await rows('chats')).length
    expect((await run('send_chat', { ...chat, recipients: 'not@' })).error).toContain('Nobody would get this')
    expect((await run('send_chat', { ...chat, recipients: 'Friends' })).error).toContain(
      'There is no segment “Friends”',
    )
    expect(await rows('chats')).toHaveLength(before)
  })
})

it('Slack is told of the outcome with our own token once the run’s is over', async () => {
  world.slack.faults.next('functions.completeSuccess', { kind: 'error', error: 'token_expired' })
  const calls = world.slack.calls('functions.completeSuccess').length
  expect((await run('add_note', { ticket: 'SUP-1', note: rich('Late.') })).state).toBe('completed')
  expect(world.slack.calls('functions.completeSuccess')).toHaveLength(calls + 2)
})
