import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { joinTeam } from '../../../src/core/agents.ts'
import type { Block, MessageView, ModalView, Person } from '../../../src/sandbox/slack/types.ts'
import { startWorld, type World } from '../../support/world.ts'

/** What was begun in a composer that Esc closed: notes, answers and chats. */
let world: World
let card: MessageView
beforeAll(async () => {
  world = await startWorld({ slack: { limits: false } })
  card = await world.openTicket()
})
afterAll(() => world?.close())

const place = () => ({ message: { channel: world.slack.channel('support').id, ts: card.ts } })
const wordsOf = (shown: { blocks?: Block[] } | null | undefined) => JSON.stringify(shown?.blocks ?? [])
const top = (text: string, who = world.ann): Promise<ModalView> =>
  world.slack.until(() => {
    const view = who.modals().at(-1)
    return view && `${view.title} ${wordsOf(view)}`.includes(text) ? view : undefined
  })
const drafts = () =>
  world.overture.store.read(q => q.selectFrom('drafts').selectAll().where('ended_at', 'is', null).execute())
/** What was typed is saved a moment after it. */
const saved = (text: string) => world.slack.until(async () => (await drafts()).some(d => d.about.includes(text)))
const valueIn = (name: string, who: Person = world.ann) =>
  JSON.stringify(Object.entries(who.modal().values).find(([id]) => id.split(':')[0] === name)?.[1] ?? '')
const openNote = async (title: string, who = world.ann) => {
  await who.click(place(), 'note')
  return top(title, who)
}
const home = async (who = world.ann) => {
  if (!who.home()) await who.openHome()
  const { id } = await world.slack.until(() => who.home())
  await who.click({ view: id }, 'home_tab:drafts')
  return { view: id }
}
const press = (id: string, who = world.ann) => who.click({ view: who.modal().id }, id)
const notes = () =>
  world.overture.store.read(q => q.selectFrom('messages').select('text').where('visibility', '=', 'note').execute())

describe('a note that Esc closed', () => {
  it('is offered where it was begun, also after a restart, with its colour and pin, and goes on or begins anew', async () => {
    const { ann } = world
    await openNote('Note on SUP-1')
    await ann.choose('color', '🟥 Red')
    await ann.choose('pin', ['pin'])
    await ann.choose('message', 'She is *very* angry')
    await saved('She is very angry')
    await ann.choose('message', 'She is *very* angry, call first')
    await ann.close()
    await saved('call first')
    await world.restart()
    const offer = await openNote('Continue draft')
    expect(wordsOf(offer)).toContain('You began this and did not send it:')
    expect(wordsOf(offer)).toContain('SUP-1 · Your order · She is very angry, call first')
    await press('continue_draft')
    await top('Note on SUP-1')
    expect(valueIn('message')).toMatch(/"bold":true.*call first/)
    expect(valueIn('color')).toContain('red')
    expect(valueIn('pin')).toContain('"value":"pin"')
    await ann.submit({}, { twice: true })
    await world.slack.until(async () => (await drafts()).length === 0)
    expect((await notes()).map(n => n.text).filter(t => t.includes('call first'))).toHaveLength(1)
    await world.slack.until(() => wordsOf(world.card(card.ts)).includes('📌🟥'))
    // once it is kept there is nothing to go on with
    await openNote('Note on SUP-1')
    expect(valueIn('message')).not.toContain('angry')
    await ann.choose('message', 'Rubbish')
    await saved('Rubbish')
    await ann.close()
    await openNote('Continue draft')
    await press('start_anew')
    await top('Note on SUP-1')
    expect(valueIn('message')).not.toContain('Rubbish')
    expect(await drafts()).toEqual([])
    await ann.close()
    expect(await drafts()).toEqual([])
  })

  it('is the team’s once it is shared: a colleague goes on, and a choice to begin anew leaves it', async () => {
    const { ann, ben } = world
    await openNote('Note on SUP-1')
    await ann.choose('message', 'The bank says')
    await saved('The bank says')
    await ann.close()
    await openNote('Note on SUP-1', ben) // what is Ann's own is not offered
    await ben.submit({ message: 'Ben is here' })
    const at = await home()
    await world.slack.until(() => wordsOf(ann.home()).includes('🔒 SUP-1'))
    expect(wordsOf(ann.home())).toContain('Keep note')
    await ann.click(at, 'share_draft')
    await world.slack.until(async () => (await drafts()).some(d => d.shared_at !== null))
    await world.overture.store.write(async tx => {
      const team = await tx.q.selectFrom('teams').select('id').executeTakeFirstOrThrow()
      const agents = await tx.q.selectFrom('agents').select('id').execute()
      for (const agent of agents) await joinTeam(tx, agent.id, team.id)
    })
    expect(wordsOf(await openNote('Continue draft', ben))).toContain('Ann began this and did not send it:')
    await press('start_anew', ben)
    await top('Note on SUP-1', ben)
    await ben.close()
    expect(await drafts()).toHaveLength(1)
    await openNote('Continue draft', ben)
    await press('continue_draft', ben)
    await top('Note on SUP-1', ben)
    expect(valueIn('message', ben)).toContain('The bank says')
    // both have it open: one of them keeps it
    await openNote('Continue draft')
    await press('continue_draft')
    await top('Note on SUP-1')
    await ben.submit({ message: 'The bank says it was paid.' })
    const late = await ann.submit({})
    expect(late.errors.message).toContain('A colleague has sent this draft already')
    await ann.close()
    expect((await notes()).filter(n => n.text.startsWith('The bank says'))).toHaveLength(1)
  })

  it('is kept from App Home', async () => {
    const { ann } = world
    await openNote('Note on SUP-1')
    await ann.choose('message', 'From home')
    await saved('From home')
    await ann.close()
    const at = await home()
    await world.slack.until(() => wordsOf(ann.home()).includes('From home'))
    await ann.click(at, 'send_draft')
    await world.slack.until(async () => (await notes()).some(n => n.text === 'From home'))
    expect(await drafts()).toEqual([])
  })
})

describe('an answer that Esc closed', () => {
  it('is offered where it was begun', async () => {
    const { ann } = world
    await ann.click(place(), 'reply')
    await top('Reply on')
    await ann.choose('message', 'Dear Jane, about')
    await saved('Dear Jane, about')
    await ann.close()
    await ann.click(place(), 'reply')
    await top('Continue draft')
    await press('continue_draft')
    await top('Reply on')
    expect(valueIn('message')).toContain('Dear Jane, about')
    await ann.submit({ message: 'Dear Jane, about your parcel.' })
    await world.slack.until(() => world.jane.inbox.some(m => m.text.includes('about your parcel.')))
    expect(await drafts()).toEqual([])
  })
})

describe('a chat that Esc closed', () => {
  const openChat = async (says: string, who = world.ann) => {
    await who.command('/chat', { channel: 'support' })
    return top(says, who)
  }

  it('is offered by /chat with its audience and all that was typed, and ends with its dry run, once', async () => {
    const { ann } = world
    await openChat('New chat')
    await ann.choose('audience', 'Addresses that I paste')
    await world.slack.until(() => ann.modal().values.addresses)
    await ann.choose('addresses', 'Bob <bob@globex.test>')
    await ann.choose('kind', 'product')
    await ann.choose('subject', 'We moved')
    await ann.choose('message', 'Dear {{ customer.name }}, we *moved*.')
    await saved('we moved')
    await ann.close()
    await world.restart()
    const offer = await openChat('Continue draft')
    expect(wordsOf(offer)).toContain('We moved · Dear {{ customer.name }}, we moved.')
    await press('continue_draft')
    await top('Who gets it')
    expect(valueIn('addresses')).toContain('bob@globex.test')
    expect(valueIn('subject')).toContain('We moved')
    expect(valueIn('kind')).toContain('product')
    expect(valueIn('message')).toContain('"bold":true')
    const wrong = await ann.submit({ subject: '{{ customer.name' })
    expect(wrong.errors.subject).toBeTruthy()
    expect(await drafts()).toHaveLength(1)
    await ann.submit({ subject: 'We moved' }, { twice: true })
    await top('Dry run of chat 1')
    await world.slack.until(async () => (await drafts()).length === 0)
    const chats = await world.overture.store.read(q => q.selectFrom('chats').select('subject').execute())
    expect(chats).toEqual([{ subject: 'We moved' }])
    await ann.close({ all: true })
    await openChat('Who gets it')
    expect(valueIn('subject')).not.toContain('We moved')
    await ann.close()
  })

  it('opens from App Home, has no way to be sent from there, and begins anew', async () => {
    const { ann } = world
    await openChat('Who gets it')
    await ann.choose('subject', 'Half a chat')
    await ann.choose('message', 'Well,')
    await saved('Well,')
    await ann.close()
    const at = await home()
    await world.slack.until(() => wordsOf(ann.home()).includes('📣 Half a chat'))
    expect(wordsOf(ann.home())).not.toContain('send_draft')
    await ann.click(at, 'open_draft')
    await top('Who gets it')
    expect(valueIn('subject')).toContain('Half a chat')
    await ann.close()
    await openChat('Continue draft')
    await press('start_anew')
    await top('Who gets it')
    expect(valueIn('subject')).not.toContain('Half a chat')
    await ann.close()
    expect(await drafts()).toEqual([])
  })
})
