import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MessageView, ModalView, Person } from '../../../src/sandbox/slack/types.ts'
import { atDesk, wordsOf } from '../../support/desk.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

const { place, cardSays, postWith, modalSays, mailWith } = atDesk(() => world)
const form = (title: string, who = world.ann): Promise<ModalView> =>
  world.slack.until(() => who.modals().find(m => m.title.startsWith(title)))
const messageIn = (who: Person) =>
  JSON.stringify(Object.entries(who.modal().values).find(([id]) => id.startsWith('message'))?.[1] ?? '')
/** What was typed is saved a moment after it. */
const saved = (text: string) => world.slack.until(async () => (await drafts()).some(d => d.about.includes(text)))
const openReply = async (card: MessageView, who = world.ann) => {
  await who.click(place(card), 'reply')
  await form('Reply on', who)
}
const drafts = () =>
  world.overture.store.read(q => q.selectFrom('drafts').selectAll().where('ended_at', 'is', null).execute())
const homeDrafts = async (who = world.ann) => {
  if (!who.home()) await who.openHome()
  const home = await world.slack.until(() => who.home())
  await who.click({ view: home.id }, 'home_tab:drafts')
  await world.slack.until(() => /There is no draft|discard_draft/.test(wordsOf(who.home())))
  return { view: home.id }
}
const isMemberNow = () =>
  world.overture.store.read(q =>
    q
      .selectFrom('team_members as m')
      .innerJoin('agents as a', 'a.id', 'm.agent_id')
      .select('a.id')
      .where('a.handle', '=', world.ben.id)
      .executeTakeFirst(),
  )
const tickets = () => world.overture.store.read(q => q.selectFrom('tickets').selectAll().execute())

describe('a template', () => {
  const add = async (entries: Record<string, string>) => {
    await world.ann.command('/outreach template add', { channel: 'support' })
    await form('New template')
    return world.ann.submit(entries)
  }

  it('is added, edited and removed; what cannot be read is said under its field', async () => {
    const { ann } = world
    const bad = await add({ name: ' ', subject: '{{ customer.name', message: 'Hello {{ customer | nonsense }}' })
    expect(Object.keys(bad.errors).sort()).toEqual(['message', 'name', 'subject'])
    const hello = { name: 'Hello', subject: 'For {{ customer.name }}', message: 'Hi {{ customer.first_name }}!' }
    expect((await ann.submit(hello, { twice: true })).again).toEqual({})
    await modalSays('Hello · Support')
    expect((await add({ name: 'Hello', message: 'Again' })).errors.name).toContain('called Hello already')
    await ann.submit({ name: 'Own', scope: 'Me alone', message: 'Mine, {{ customer.company }}.' })
    await modalSays('Own · mine')
    await add({ name: 'Gnoe', message: 'Gone' })
    const list = await modalSays('Gnoe · Support')
    const wrong = (
      await world.overture.store.read(q => q.selectFrom('templates').selectAll().where('name', '=', 'Gnoe').execute())
    )[0]
    await ann.click({ view: list.id }, 'edit_template', undefined, { value: wrong?.id ?? '' })
    await world.slack.until(() => ann.modal().title === 'Template')
    expect(messageIn(ann)).toContain('Gone')
    await ann.submit({ name: 'Gone' })
    await modalSays('Gone · Support')
    const buttons = list.blocks.flatMap(b => (b.elements ?? []) as { action_id: string; value: string }[])
    expect(buttons.filter(b => b.action_id === 'remove_template')).toHaveLength(3)
    await ann.click({ view: list.id }, 'remove_template', undefined, { value: wrong?.id ?? '' })
    await world.slack.until(() => !wordsOf(ann.modal()).includes('Gone'))
    await world.ben.command('/outreach template', { channel: 'support' })
    expect(wordsOf(await modalSays('Hello · Support', world.ben))).not.toContain('Own')
  })

  it('is inserted filled in for the customer, below what was typed, which stays; the same again twice', async () => {
    const { ann, openTicket } = world
    const card = await openTicket({ customer_typed: 'Jane Doe <jane@acme.test>' })
    await openReply(card)
    await ann.choose('message', 'First of all.')
    await ann.choose('copies', 'bob@acme.test')
    await ann.choose('insert_template', 'Hello · Support')
    await world.slack.until(() => messageIn(ann).includes('Hi Jane!'))
    expect(messageIn(ann)).toContain('First of all.')
    expect(JSON.stringify(ann.modal().values.copies)).toContain('bob@acme.test')
    await ann.choose('insert_template', 'Own · mine')
    await world.slack.until(() => messageIn(ann).includes('Mine, Acme.'))
    await ann.submit()
    const mail = await mailWith('First of all.')
    expect(mail.text).toMatch(/First of all\.\s+Hi Jane!\s+Mine, Acme\./)
  })

  it('whose variable is missing blocks the send and says which; filled in by hand it goes', async () => {
    const { ann, mail } = world
    const bob = mail.customer('bob@gmail.com')
    await ann.command('/ticket bob@gmail.com', { channel: 'support' })
    await ann.choose('insert_template', 'Own · mine')
    await modalSays('customer.company is missing')
    const refused = await ann.submit({ subject: 'Hello' })
    expect(JSON.stringify(refused.errors)).toContain('customer.company is missing')
    await ann.submit({ message: 'Mine, {{ customer.company | default: "dear Bob" }}.' })
    const { text } = await world.slack.until(() => bob.inbox.at(-1))
    expect(text).toContain('Mine, dear Bob.')
  })

  it('that was filled in for somebody else is asked about before it is sent, once', async () => {
    const { ann, mail } = world
    const eve = mail.customer('Eve Smith <eve@gmail.com>')
    await ann.command('/ticket jane@acme.test', { channel: 'support' })
    await ann.choose('insert_template', 'Hello · Support')
    await world.slack.until(() => messageIn(ann).includes('Hi Jane!'))
    const asked = await ann.submit({ customer: null, customer_typed: 'Eve Smith <eve@gmail.com>', subject: 'Eve' })
    expect(wordsOf(asked.view)).toContain('The template was filled in for jane@acme.test.')
    expect(eve.inbox).toEqual([])
    expect((await ann.submit()).became).toBe('closed')
    await world.slack.until(() => eve.inbox.find(m => m.text.includes('Hi Jane!')))
  })

  it('goes into a note, and into a chat as it is', async () => {
    const { ann, openTicket } = world
    const card = await openTicket({ subject: 'Noted' })
    await ann.click(place(card), 'note')
    await ann.choose('insert_template', 'Hello · Support')
    await world.slack.until(() => messageIn(ann).includes('Hi Jane!'))
    await ann.submit()
    await postWith(card, 'Hi Jane!')
    await ann.command('/chat', { channel: 'support' })
    await ann.choose('insert_template', 'Hello · Support')
    await world.slack.until(() => messageIn(ann).includes('Hi {{ customer.first_name }}!'))
    expect(JSON.stringify(ann.modal().values)).toContain('For {{ customer.name }}')
    await saved('Hi {{ customer.first_name }}!')
    await ann.close({ all: true })
  })
})

describe('a draft', () => {
  it('is what was typed into a form that Esc closed, once, also after a restart, and goes when it is sent', async () => {
    const { ann } = world
    const before = (await drafts()).length
    await ann.command('/ticket jane@acme.test', { channel: 'support' })
    await ann.choose('subject', 'Half a thought')
    await ann.choose('message', 'Dear *Jane*,')
    await ann.choose('priority', '🔴 Urgent')
    await ann.close()
    await world.slack.until(async () => (await drafts()).length === before + 1)
    await world.restart()
    const home = await homeDrafts()
    await world.slack.until(() => wordsOf(ann.home()).includes('Half a thought'))
    await ann.click(home, 'open_draft')
    await form('New ticket')
    expect(ann.modal().values.subject).toMatchObject({ subject: { value: 'Half a thought' } })
    expect(messageIn(ann)).toContain('"bold":true')
    expect(JSON.stringify(ann.modal().values.priority)).toContain('urgent')
    await ann.choose('message', 'Dear Jane, all is well.')
    expect(await drafts()).toHaveLength(before + 1)
    await ann.submit({}, { twice: true })
    await mailWith('Dear Jane, all is well.')
    await world.slack.until(async () => (await drafts()).length === before)
    expect((await tickets()).filter(t => t.subject === 'Half a thought')).toHaveLength(1)
  })

  it('is none where nothing was typed, or nothing is left of it', async () => {
    const { ann, openTicket } = world
    const before = (await drafts()).length
    const card = await openTicket({ subject: 'Nothing' })
    await openReply(card)
    await ann.close()
    await openReply(card)
    await ann.choose('message', 'x')
    await world.slack.until(async () => (await drafts()).length === before + 1)
    await ann.choose('message', '')
    await ann.close()
    await world.slack.until(async () => (await drafts()).length === before)
  })

  it('is sent from App Home, with its files, or discarded', async () => {
    const { ann, openTicket } = world
    const card = await openTicket({ subject: 'From home' })
    await openReply(card)
    const file = { name: 'plan.txt', bytes: Buffer.from('A plan.'), mimetype: 'text/plain' }
    await ann.choose('files', [file] as never)
    await ann.choose('message', 'Here is the plan.')
    await saved('Here is the plan.')
    await ann.close()
    const home = await homeDrafts()
    await world.slack.until(() => wordsOf(ann.home()).includes('Here is the plan.'))
    await ann.click(home, 'send_draft')
    expect((await mailWith('Here is the plan.')).attachments.map(a => a.name)).toEqual(['plan.txt'])
    await openReply(card)
    await ann.choose('message', 'Rubbish.')
    await saved('Rubbish.')
    await ann.close()
    await homeDrafts()
    await world.slack.until(() => wordsOf(ann.home()).includes('Rubbish.'))
    await ann.click(home, 'discard_draft')
    await world.slack.until(() => !wordsOf(ann.home()).includes('Rubbish.'))
  })
})

describe('who else reads a mail, and where it comes from', () => {
  it('a blind copy is in no header, is shown to us, and its answer never makes it the customer', async () => {
    const { ann, mail, openTicket } = world
    const carol = mail.customer('Carol <carol@globex.test>')
    const card = await openTicket({ subject: 'Blind', message: 'Blind hello.', blind: 'carol@globex.test' })
    const hers = await world.slack.until(() => carol.inbox.at(-1))
    expect(hers.raw.toString()).not.toContain('carol')
    expect((await mailWith('Blind hello.')).raw.toString()).not.toContain('carol')
    await cardSays(card, 'carol@globex.test (blind)')
    await carol.reply(hers, { text: 'What is this?' })
    await postWith(card, 'What is this?')
    await openReply(card)
    await ann.submit({ message: 'Only for Jane.', blind: 'x' })
    expect(ann.modal().errors.blind).toContain('is not an email address')
    await ann.submit({ blind: null })
    expect((await mailWith('Only for Jane.')).raw.toString()).not.toContain('carol')
    await world.settle()
    expect(carol.inbox).toHaveLength(1)
    const [ticket] = (await tickets()).filter(t => t.subject === 'Blind')
    const jane = await world.overture.store.read(q =>
      q.selectFrom('addresses').selectAll().where('address', '=', 'jane@acme.test').executeTakeFirstOrThrow(),
    )
    expect(ticket?.customer_id).toBe(jane.customer_id)
  })

  it('another sender is chosen for the next mail, shown on the card, and warned of', async () => {
    const { ann, openTicket, overture } = world
    const { id: teamId } = await overture.store.read(q => q.selectFrom('teams').select('id').executeTakeFirstOrThrow())
    const { addSender } = await import('../../../src/core/senders/edit.ts')
    await overture.store.write(tx =>
      addSender(tx, {
        ...{ teamId, address: 'sales@tulip.test', name: 'Tulip Sales', aliases: '' },
        ...{ smtpUrl: null, dkimSelector: null, dkimKey: null },
      }),
    )
    const card = await openTicket({ subject: 'From where', message: 'Where from?' })
    await mailWith('Where from?')
    await openReply(card)
    await ann.choose('message', 'From sales.')
    await ann.choose('sender', 'sales@tulip.test')
    await ann.click({ view: ann.modal().id }, 'preview')
    expect(wordsOf(await modalSays('⚠️ The last mail of this ticket came from'))).toContain('support@tulip.test')
    await ann.close()
    await ann.submit()
    expect((await mailWith('From sales.')).from).toMatchObject({ address: 'sales@tulip.test' })
    await cardSays(card, 'from sales@tulip.test')
    await ann.click(place(card), 'more')
    await modalSays('What the next mail is sent from')
    await ann.click({ view: ann.modal().id }, 'send_as')
    await form('Send SUP')
    await ann.submit({ sender: 'support@tulip.test' })
    await cardSays(card, 'from support@tulip.test')
    await openReply(card)
    expect(wordsOf(ann.modal())).toContain('The last mail came from sales@tulip.test')
    await ann.close()
  })
})

describe('a draft of the team', () => {
  it('is taken up by a colleague, who sends it; nobody sends it a second time', async () => {
    const { ann, ben, openTicket } = world
    const card = await openTicket({ subject: 'Shared' })
    await ben.say({ channel: 'support', thread_ts: card.ts, text: 'note: I am here.' })
    await world.slack.until(isMemberNow) // by writing there
    await openReply(card)
    await ann.choose('message', 'Ann began.')
    await saved('Ann began.')
    await ann.close()
    const home = await homeDrafts()
    expect(wordsOf((await homeDrafts(ben)) && ben.home())).not.toContain('Ann began.')
    await ann.click(home, 'share_draft')
    await world.slack.until(() => wordsOf(ann.home()).includes('shared with the team'))
    const his = await homeDrafts(ben)
    await world.slack.until(() => wordsOf(ben.home()).includes('Ann began.'))
    await ann.click(home, 'open_draft')
    await form('Reply on')
    await ben.click(his, 'open_draft')
    await form('Reply on', ben)
    await ben.choose('message', 'Ann began, Ben ended.')
    await ben.submit()
    await mailWith('Ann began, Ben ended.')
    expect((await ann.submit()).errors).toMatchObject({ message: expect.stringContaining('has sent this draft') })
    await ann.choose('message', 'too late')
    await ann.close()
    expect((await drafts()).filter(d => d.about.includes('Shared'))).toEqual([])
  })
})

describe('somebody else who writes to the same customer', () => {
  it('is named when the customer is chosen; the way there takes along what was written', async () => {
    const { ben } = world
    await ben.command('/ticket', { channel: 'support' })
    await ben.choose('message', 'I have news.')
    await ben.choose('customer', 'jane@acme.test')
    await modalSays('Ann wrote to Jane Doe just now', ben)
    await ben.click({ view: ben.modal().id }, 'continue_there')
    const reply = await form('Reply on', ben)
    expect(messageIn(ben)).toContain('I have news.')
    await ben.submit()
    const mail = await mailWith('I have news.')
    expect(mail.subject).toMatch(/^Re: /)
    expect(reply.title).toMatch(/^Reply on SUP-/)
  })

  it('is named at the submission of an address that was typed, once; the same again sends it', async () => {
    const { ben } = world
    const before = (await tickets()).length
    await ben.command('/ticket', { channel: 'support' })
    const asked = await ben.submit({
      customer_typed: 'jim@acme.test',
      subject: 'For Jim',
      message: 'Hello Jim.',
    })
    expect(asked.became).toBe('updated')
    expect(asked.view?.submit).toBe('Write anyway')
    expect(wordsOf(asked.view)).toContain('Ann wrote to Jane Doe')
    expect(await tickets()).toHaveLength(before)
    expect((await ben.submit({}, { twice: true })).became).toBe('closed')
    expect(await tickets()).toHaveLength(before + 1)
  })

  it('is not named again once it was decided, nor for what stays with us', async () => {
    const { ben } = world
    await ben.command('/ticket', { channel: 'support' })
    await ben.choose('customer', 'jane@acme.test')
    await modalSays('Write anyway', ben)
    await ben.click({ view: ben.modal().id }, 'write_anyway')
    await world.slack.until(() => !wordsOf(ben.modal()).includes('write_anyway'))
    expect((await ben.submit({ subject: 'Anyway', message: 'Hello.' })).became).toBe('closed')
    await ben.command('/ticket jane@acme.test', { channel: 'support' })
    const inside = await ben.submit({ subject: 'Inside', message: 'Hush.', audience: 'internal' })
    expect(inside.became).toBe('closed')
  })
})
