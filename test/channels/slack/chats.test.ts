import { afterEach, describe, expect, it } from 'vitest'
import type { ModalView } from '../../../src/sandbox/slack/types.ts'
import { atDesk, wordsOf } from '../../support/desk.ts'
import { freePort } from '../../support/process.ts'
import { startWorld, type World, type WorldOptions } from '../../support/world.ts'

let world: World
/** Nobody gets a chat who could not unsubscribe, so the installation has an address, though nobody goes there. */
const begin = async ({ env, ...options }: WorldOptions = {}) => {
  const port = await freePort()
  const at = { PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}` }
  world = await startWorld({ ...options, env: { ...at, ...env } })
  await change({})
  return world
}
afterEach(() => world?.close())

const support = { channel: 'support' }
const { told, form, modalSays } = atDesk(() => world)
const posts = () =>
  world.slack
    .channel('support')
    .messages()
    .filter(m => m.bot_id)
const cardOf = (number: number) => world.slack.until(() => posts().find(m => wordsOf(m).includes(`"Chat ${number} ·`)))
const cardSays = (number: number, text: string) =>
  world.inTime(async () => {
    const card = await cardOf(number)
    return wordsOf(card).includes(text) ? card : undefined
  })
const press = async (number: number, id: string, who = world.ann) => {
  const { ts } = await cardOf(number)
  await who.click({ message: { channel: world.slack.channel('support').id, ts } }, id)
}
const filesFor = (who: string) =>
  world.slack
    .direct(who)
    .messages()
    .flatMap(m => m.files ?? [])
const isSent = () => world.slack.until(async () => (await chats()).every(c => c.state === 'finished'))
const chats = () => world.overture.store.read(q => q.selectFrom('chats').selectAll().orderBy('number').execute())
const chatPosts = () => world.overture.store.read(q => q.selectFrom('chat_posts').selectAll().execute())
const inboxOf = (address: string) => world.mail.customer(address).inbox
const gets = (address: string, text: string) =>
  world.slack.until(() => inboxOf(address).find(m => m.text.includes(text)))
/** The team's rules beside the usual ones; at night, too, when the tests run. */
const change = (rules: object) =>
  world.overture.store.write(tx =>
    tx.q
      .updateTable('teams')
      .set({ chat_rules: JSON.stringify({ quietHours: null, ...rules }) })
      .execute(),
  )

const tulips = {
  subject: 'Our new tulips',
  message: 'Hello {{ customer.first_name | default: "there" }}, they are here.',
}
const to = (...addresses: string[]) => addresses.join('\n')

/** Ann fills the form for these addresses and has its dry run on the screen. */
async function dryRun(addresses: string, entries: Record<string, string> = {}): Promise<ModalView> {
  const { ann } = world
  await ann.command('/chat', support)
  await form('New chat')
  await ann.choose('audience', 'typed')
  await world.slack.until(() => 'addresses' in ann.modal().values)
  const answer = await ann.submit({ addresses, ...tulips, ...entries })
  if (answer.became !== 'updated') throw new Error(JSON.stringify(answer.errors))
  return modalSays('will get it.')
}

describe('a chat', () => {
  it('goes from the form over its dry run to each of its recipients, and its card counts them', async () => {
    const { ann } = await begin()
    const run = await dryRun(to('Jane Doe <jane@acme.test>', 'bob@globex.test', 'nobody', 'jane@acme.test'))
    expect(wordsOf(run)).toContain('*2 of 4* will get it.')
    expect(wordsOf(run)).toContain('1 · not an email address')
    expect(wordsOf(run)).toContain('1 · twice in the list')
    expect(run.submit).toBe('Send to 2 people')
    expect(await chats()).toMatchObject([{ state: 'draft' }])
    expect(posts()).toEqual([])

    const answer = await ann.submit()
    expect(answer.became).toBe('updated')
    await modalSays('is on its way to 2 customers')
    expect((await gets('jane@acme.test', 'they are here.')).text).toContain('Hello Jane')
    expect((await gets('bob@globex.test', 'they are here.')).text).toContain('Hello there')
    await cardSays(1, '*2 of 2*')
    await cardSays(1, '*Sent*')
    expect(posts()).toHaveLength(1)
    expect(inboxOf('jane@acme.test')).toHaveLength(1)
  })

  it('is one chat when the form and its dry run are submitted twice', async () => {
    const { ann } = await begin()
    await ann.command('/chat', support)
    await ann.choose('audience', 'typed')
    await world.slack.until(() => 'addresses' in ann.modal().values)
    await ann.submit({ addresses: 'jane@acme.test', ...tulips }, { twice: true })
    await modalSays('will get it.')
    await ann.submit({}, { twice: true })
    await gets('jane@acme.test', 'they are here.')
    await isSent()
    expect(await chats()).toHaveLength(1)
    expect(posts()).toHaveLength(1)
    expect(inboxOf('jane@acme.test')).toHaveLength(1)
  })

  it('shows what one recipient gets, and sends it to its author', async () => {
    const { ann } = await begin()
    const run = await dryRun(to('Jane Doe <jane@acme.test>', 'Bob <bob@globex.test>'))
    expect(wordsOf(run)).toContain('Hello Jane, they are here.')
    const place = { view: run.id }
    expect((await ann.suggest(place, 'find_recipient', 'bo')).options.map(o => o.text.text)).toEqual([
      'Bob · bob@globex.test',
    ])
    await ann.click(place, 'find_recipient', 'bob@globex.test')
    await modalSays('Hello Bob, they are here.')
    await Promise.all([ann.click(place, 'send_to_me'), ann.click(place, 'send_to_me')])
    await modalSays('is on its way to ann@')
    const mine = await world.slack.until(() =>
      world.mail.accepted.find(m => m.envelope.to.join().startsWith('ann@') && m.text.includes('Hello Bob')),
    )
    expect(mine.subject).toBe('Our new tulips')
    await world.settle()
    const toAnn = () => world.mail.accepted.filter(m => m.envelope.to.join().startsWith('ann@'))
    expect(toAnn()).toHaveLength(1)
    await ann.click(place, 'send_to_me') // once it is there, she may ask for it again
    await world.slack.until(() => toAnn().length === 2)
    expect(inboxOf('bob@globex.test')).toEqual([])
  })

  it('says beside the numbers why its mail cannot be sent to its author', async () => {
    const { ann } = await begin()
    const run = await dryRun('jane@acme.test', { message: 'Dear {{ customer.frist_name }},' })
    await ann.click({ view: run.id }, 'send_to_me')
    const after = await modalSays('⚠️ customer.frist_name is missing')
    expect(wordsOf(after)).toContain('0 of 1* will get it.')
  })

  it('comes from a CSV file, whose columns the message speaks of; the rows left out come as a file', async () => {
    const { ann, slack } = await begin()
    await ann.command('/chat', support)
    await form('New chat')
    await ann.choose('audience', 'file')
    await slack.until(() => 'file' in ann.modal().values)
    const csv = 'Email;Name;Bulbs\njane@acme.test;Jane Doe;40\nbob@globex.test;Bob;\n=cmd@x;=1+1;3\n'
    await ann.submit({
      file: [{ name: 'list.csv', bytes: csv, mimetype: 'text/csv' }],
      subject: '{{ row.bulbs }} bulbs',
      message: 'You have {{ row.bulbs }}.',
    })
    const run = await modalSays('*1 of 3* will get it.')
    expect(wordsOf(run)).toContain('row.bulbs is missing, and no default is given for it.')
    await ann.click({ view: run.id }, 'blocked_csv')
    const { id } = await slack.until(() => filesFor('Ann')[0])
    const file = slack.file(id)
    expect(file?.name).toBe('chat-1-blocked.csv')
    expect(file?.bytes.toString()).toContain('bob@globex.test')
    expect(file?.bytes.toString()).not.toMatch(/(^|,)=/m)
    await modalSays('in your direct messages')
    await ann.submit()
    expect((await gets('jane@acme.test', 'You have 40.')).subject).toBe('40 bulbs')
  })

  it('gives the form back with all that was typed when its file cannot be read, and takes it again', async () => {
    const { ann, slack } = await begin()
    await ann.command('/chat', support)
    await form('New chat')
    await ann.choose('audience', 'file')
    await slack.until(() => 'file' in ann.modal().values)
    await ann.submit({ file: [{ name: 'list.csv', bytes: 'name\nJane\n', mimetype: 'text/csv' }], ...tulips })
    const again = await modalSays('one of them must be called address or email')
    expect(again.values.subject).toMatchObject({ subject: { value: 'Our new tulips' } })
    expect(JSON.stringify(again.values.message)).toContain('they are here.')
    await ann.submit({ file: [{ name: 'list.csv', bytes: 'email\njane@acme.test\n', mimetype: 'text/csv' }] })
    await modalSays('*1 of 1* will get it.')
    expect(await chats()).toHaveLength(1)
  })

  it('is changed after its dry run, and keeps its list', async () => {
    const { ann, slack } = await begin()
    await ann.command('/chat', support)
    await form('New chat')
    await ann.choose('audience', 'file')
    await slack.until(() => 'file' in ann.modal().values)
    const list = [
      { name: 'list.csv', bytes: 'email,bulbs\njane@acme.test,40\nbob@globex.test,\n', mimetype: 'text/csv' },
    ]
    const files = [{ name: 'tulip.txt', bytes: 'a tulip', mimetype: 'text/plain' }]
    await ann.submit({ ...tulips, message: 'You have {{ row.bulbs }}.', file: list, files })
    const run = await modalSays('*1 of 2* will get it.')
    await ann.click({ view: run.id }, 'change_draft')
    const again = await form('Change chat 1')
    expect(again.values.subject).toMatchObject({ subject: { value: 'Our new tulips' } })
    expect(wordsOf(again)).toContain('list.csv stays')
    await ann.submit({ message: 'You have {{ row.bulbs | default: "some" }}.' })
    await modalSays('*2 of 2* will get it.')
    await ann.submit()
    const mail = await gets('bob@globex.test', 'You have some.')
    expect(mail.attachments.map(a => a.name)).toEqual(['tulip.txt'])
    expect(await chats()).toHaveLength(1)
  })

  it('is kept as a draft, and goes on from its card', async () => {
    const { ann } = await begin()
    const run = await dryRun('jane@acme.test')
    await ann.click({ view: run.id }, 'save_draft')
    await modalSays('is kept as a draft')
    await ann.command('/chat 1', support)
    const card = await told('Dry run')
    await ann.click({ ephemeral: card.id }, 'open_dry_run')
    await modalSays('*1 of 1* will get it.')
    await ann.submit()
    await gets('jane@acme.test', 'they are here.')
  })

  it('can be discarded while it is a draft', async () => {
    const { ann } = await begin()
    await dryRun('jane@acme.test')
    await ann.command('/chat 1', support)
    const card = await told('Discard')
    await ann.click({ ephemeral: card.id }, 'discard_chat')
    await told('is discarded')
    expect(await chats()).toEqual([])
  })

  it('goes out at the time that was chosen, and says so', async () => {
    const { ann, slack } = await begin()
    await ann.command('/chat', support)
    await form('New chat')
    await ann.choose('audience', 'typed')
    await slack.until(() => 'addresses' in ann.modal().values)
    await ann.choose('send_at', 'later')
    await slack.until(() => 'when' in ann.modal().values)
    const past = await ann.submit({ addresses: 'jane@acme.test', ...tulips, when: '1700000000' })
    expect(past.errors).toEqual({ when: 'This moment is over. Choose one that is to come.' })
    await ann.submit({ when: String(Math.floor(Date.now() / 1000) + 3600) })
    const run = await modalSays('will get it.')
    expect(run.submit).toBe('Schedule')
    await ann.submit()
    await modalSays('goes out <!date^')
    await cardSays(1, '*Scheduled*')
    await press(1, 'stop_chat')
    await cardSays(1, '*Stopped*')
    expect(inboxOf('jane@acme.test')).toEqual([])
  })

  it('is copied into another when it was stopped for a slip', async () => {
    const { ann, ben } = await begin()
    await change({ vetoMinutes: 30 })
    await dryRun('jane@acme.test', { kind: 'product' })
    await ann.submit()
    await cardSays(1, '*Scheduled*')
    await press(1, 'stop_chat', ben)
    await cardSays(1, '*Stopped*')
    await press(1, 'copy_chat')
    await form('New chat')
    expect(ann.modal().values).toMatchObject({
      addresses: { value: { value: 'jane@acme.test' } },
      kind: { value: { value: 'product' } },
    })
    await ann.submit({ subject: 'Our newest tulips' })
    await modalSays('*1 of 1* will get it.')
    expect(await chats()).toMatchObject([
      { number: 1, state: 'stopped' },
      { number: 2, state: 'draft', subject: 'Our newest tulips' },
    ])
  })
})

describe('the form for a chat', () => {
  it('says at once that nobody could unsubscribe, where that is so', async () => {
    world = await startWorld()
    await world.ann.command('/chat', support)
    expect(wordsOf(await form('New chat'))).toContain('set PUBLIC_URL')
  })

  it('lets only a lead switch off whom nobody should write to', async () => {
    const { ann, ben, overture, slack } = await begin()
    await ben.command('/chat', support)
    await form('New chat', ben)
    await dryRun('jane@acme.test')
    await overture.store.write(async tx => {
      const member = await tx.q.selectFrom('agents').select('id').where('handle', '=', ben.id).executeTakeFirstOrThrow()
      const team = await tx.q.selectFrom('teams').select('id').executeTakeFirstOrThrow()
      await tx.q
        .insertInto('team_members')
        .values({ team_id: team.id, agent_id: member.id, role: 'lead', joined_at: tx.now })
        .execute()
    })
    await ann.command('/chat', support)
    await ann.choose('audience', 'typed')
    await slack.until(() => 'addresses' in ann.modal().values)
    const answer = await ann.submit({ addresses: 'jane@acme.test', ...tulips, exclusions: ['openTicket'] })
    expect(answer.errors.exclusions).toContain('Only a lead may do this. Ask Ben')
  })

  it('shows each fault under its field, and makes nothing', async () => {
    const { ann } = await begin()
    await ann.command('/chat', support)
    await form('New chat')
    const answer = await ann.submit({ subject: ' ', message: 'Hello {{ customer.name' })
    expect(answer.errors).toMatchObject({ audience: 'Choose a segment.', subject: 'Give the mails a subject.' })
    expect(answer.errors.message).toContain('Variables are written like')
    expect(await chats()).toEqual([])
  })

  it('keeps what was typed when another audience or team is chosen, also for the audience before', async () => {
    const { ann, slack } = await begin()
    await ann.command('/chat', support)
    await form('New chat')
    await ann.choose('subject', 'Our new tulips')
    await ann.choose('message', 'They *are* here.')
    await ann.choose('audience', 'typed')
    await slack.until(() => 'addresses' in ann.modal().values)
    await ann.choose('addresses', 'jane@acme.test')
    await ann.choose('audience', 'customers')
    await slack.until(() => 'customers' in ann.modal().values)
    await ann.choose('audience', 'typed')
    await slack.until(() => 'addresses' in ann.modal().values)
    const { values } = ann.modal()
    expect(values.subject).toMatchObject({ subject: { value: 'Our new tulips' } })
    expect(JSON.stringify(values.message)).toContain('They ')
    expect(values.addresses).toMatchObject({ value: { value: 'jane@acme.test' } })
    await ann.submit()
    await modalSays('*1 of 1* will get it.')
  })

  it('opens from App Home, too', async () => {
    const { ann, slack } = await begin()
    await ann.openHome()
    const home = await slack.until(() => ann.home())
    await ann.click({ view: home.id }, 'new_chat')
    await form('New chat')
  })

  it('takes customers who are picked, one by one', async () => {
    const { ann, openTicket, slack } = await begin()
    await openTicket()
    await ann.command('/chat', support)
    await form('New chat')
    await ann.choose('audience', 'customers')
    await slack.until(() => 'customers' in ann.modal().values)
    await ann.submit({
      customers: ['acme'],
      ...tulips,
      exclusions: ['unsubscribed', 'duplicate'],
      written_to_days: '0',
    })
    await modalSays('*1 of 1* will get it.')
  })

  it('has a segment made, counted, and chosen, while what was typed stays', async () => {
    const { ann, openTicket, slack } = await begin()
    await openTicket()
    await ann.shortcut('new_chat')
    await form('New chat')
    await ann.choose('subject', 'Our new tulips')
    await ann.click({ view: ann.modal().id }, 'new_segment')
    await form('New segment')
    const nothing = await ann.submit({ name: 'Acme' })
    expect(nothing.errors.words).toContain('Say which customers')
    await ann.choose('words', 'acme')
    await ann.click({ view: ann.modal().id }, 'count_segment')
    await modalSays('1 customer at the moment.')
    await ann.submit()
    await slack.until(() => ann.modals().length === 1 && JSON.stringify(ann.modal().values).includes('"Acme"'))
    expect(ann.modal().values.subject).toMatchObject({ subject: { value: 'Our new tulips' } })
    await ann.submit({
      message: 'They are here.',
      exclusions: ['unsubscribed', 'duplicate'],
      written_to_days: '0',
    })
    await modalSays('*1 of 1* will get it.')
  })
})

describe('the form for a segment', () => {
  it('says beside its fields how many it means, or what it does not understand', async () => {
    const { ann, openTicket, slack } = await begin()
    await openTicket()
    await ann.shortcut('new_chat')
    await form('New chat')
    await ann.click({ view: ann.modal().id }, 'new_segment')
    await form('New segment')
    await ann.choose('fields', 'plan pro')
    await ann.click({ view: ann.modal().id }, 'count_segment')
    await modalSays('“plan pro” is not understood. Write a field as name: value')
    expect(ann.modal().title).toBe('New segment')
    await ann.choose('fields', '')
    await ann.choose('words', 'acme')
    await ann.click({ view: ann.modal().id }, 'count_segment')
    await slack.until(() => wordsOf(ann.modal()).includes('1 customer at the moment.'))
  })
})

describe('the command for chats', () => {
  it('lists chats, shows one with its report, and says how it is used', async () => {
    const { ann } = await begin()
    await ann.command('/chat list', support)
    await told('There is no chat yet.')
    await dryRun('jane@acme.test')
    await ann.submit()
    await isSent()
    await ann.command('/chat list', support)
    const list = await told('1 sent')
    await ann.click({ ephemeral: list.id }, 'chat_card')
    const shown = await told('*0 %* answered')
    expect(wordsOf(shown)).toContain('acme.test')
    await ann.command('/chat frobnicate', support)
    await told('I do not know')
    await ann.command('/chat 99', support)
    await told('There is no chat 99.')
    await dryRun('bob@globex.test')
    await ann.command('/chat list', support)
    await told('1 would get it')
    await ann.command('/chat help', support)
    await told('opens the form')
  })

  it('gives the recipients as a file to whoever asks, and to nobody else', async () => {
    const { ben, slack } = await begin()
    await dryRun('jane@acme.test')
    await world.ann.submit()
    await isSent()
    await press(1, 'recipients_csv', ben)
    const file = await slack.until(() => filesFor('Ben')[0])
    expect(file.name).toBe('chat-1-recipients.csv')
    expect(filesFor('Ann')).toEqual([])
    await press(1, 'chat_report', ben)
    await modalSays('*0 %* answered', ben)
  })
})

describe("a chat's card", () => {
  it('asks for approval, which its author cannot give', async () => {
    const { ann, ben } = await begin()
    await change({ approvalOver: 0 })
    const run = await dryRun('jane@acme.test')
    expect(run.submit).toBe('Ask for approval')
    await ann.submit()
    await modalSays('waits until somebody else approves it')
    await cardSays(1, '*Waits for approval*')
    await press(1, 'approve_chat')
    await told('Somebody else than its author has to approve it.')
    await press(1, 'approve_chat', ben)
    await gets('jane@acme.test', 'they are here.')
    await cardSays(1, 'approved by Ben')
  })

  it('pauses, resumes and stops', async () => {
    const { ann, slack } = await begin()
    await change({ perSecond: 0.1 })
    await dryRun(to(...Array.from({ length: 5 }, (_, i) => `p${i}@acme.test`)))
    await ann.submit()
    await gets('p0@acme.test', 'they are here.')
    await press(1, 'pause_chat')
    await cardSays(1, 'paused it.')
    await ann.command('/chat 1', support)
    const mine = await told('Resume')
    await ann.click({ ephemeral: mine.id }, 'resume_chat')
    await cardSays(1, '*Sending*')
    await slack.until(() => wordsOf(ann.ephemerals().find(e => e.id === mine.id)).includes('*Sending*'))
    await press(1, 'stop_chat')
    const card = await cardSays(1, '*Stopped*')
    expect(wordsOf(card)).toContain('stopped it.')
    expect(world.mail.accepted.length).toBeLessThan(5)
  })

  it('is one post, though Slack loses its answer, and does not come back once it is there', async () => {
    const { ann, slack } = await begin()
    slack.faults.next('chat.postMessage', { kind: 'drop_response' })
    await dryRun('jane@acme.test')
    await ann.submit()
    await cardSays(1, '*Sent*')
    expect(posts()).toHaveLength(1)
  })

  it('leads from its thread to the ticket of whoever answers', async () => {
    const { ann, slack } = await begin()
    await dryRun(to('Jane Doe <jane@acme.test>', 'bob@globex.test'))
    await ann.submit()
    const mail = await gets('jane@acme.test', 'they are here.')
    await isSent()
    await world.jane.reply(mail, 'How lovely!')
    const { ts } = await cardSays(1, 'answered *1*')
    const word = await world.inTime(() =>
      slack
        .channel('support')
        .thread(ts)
        .find(m => wordsOf(m).includes('answered:')),
    )
    const ticket = await slack.until(() => posts().find(m => wordsOf(m).includes('SUP-') && m.ts !== ts))
    expect(wordsOf(word)).toContain(`/p${ticket.ts.replace('.', '')}`)
    await slack.until(() =>
      slack
        .channel('support')
        .thread(ticket.ts)
        .some(m => wordsOf(m).includes('How lovely!')),
    )
    await press(1, 'chat_report')
    const shown = await modalSays('*50 %* answered')
    slack.faults.next('files.completeUploadExternal', { kind: 'drop_response' })
    await ann.click({ view: shown.id }, 'chat_chart')
    await world.inTime(async () => (await chatPosts()).some(p => p.kind === 'chart' && p.external_id !== null))
    const charts = slack
      .channel('support')
      .thread(ts)
      .flatMap(m => m.files ?? [])
    expect(charts).toHaveLength(1)
    const picture = slack.file(charts[0]?.id ?? '')
    expect(picture?.bytes.subarray(1, 4).toString()).toBe('PNG')
  })

  it('follows up those who did not answer, in the same conversation', async () => {
    const { ann } = await begin()
    await dryRun(to('Jane Doe <jane@acme.test>', 'bob@globex.test'))
    await ann.submit()
    const first = await gets('bob@globex.test', 'they are here.')
    await isSent()
    await world.jane.reply(await gets('jane@acme.test', 'they are here.'), 'How lovely!')
    await cardSays(1, 'Follow up 1 who did not answer')
    await press(1, 'follow_up')
    await form('Follow up')
    const answer = await ann.submit({ message: 'Have you seen them?', days: '0' }, { twice: true })
    expect(answer.errors).toEqual({})
    await modalSays('*1 customer* who did not answer get it now')
    const second = await gets('bob@globex.test', 'Have you seen them?')
    expect(second.references).toContain(first.messageId)
    await cardSays(1, 'Follow-up 1, at once: Have you seen them?')
    await world.settle()
    expect(await world.overture.store.read(q => q.selectFrom('chat_steps').select('step').execute())).toHaveLength(1)
    expect(inboxOf('jane@acme.test')).toHaveLength(1)
  })
})

describe("a team's rules for chats", () => {
  it('are set in its form, with each fault under its field', async () => {
    const { ann, slack } = await begin()
    await ann.openHome()
    const home = await slack.until(() => ann.home())
    await ann.click({ view: home.id }, 'home_tab:setup')
    await slack.until(() => wordsOf(ann.home()).includes('Add a team'))
    await ann.click({ view: home.id }, 'edit_team')
    await form('Team')
    await ann.click({ view: ann.modal().id }, 'chat_rules')
    await form('Chats of the team')
    const answer = await ann.submit({ quietHours: 'always' })
    expect(answer.errors.quietHours).toBe('A time looks like 09:00.')
    await ann.submit({ quietHours: '20:30 – 8:00', approvalOver: '10' })
    await form('Team')
    const [team] = await world.overture.store.read(q => q.selectFrom('teams').selectAll().execute())
    expect(JSON.parse(team?.chat_rules ?? '')).toMatchObject({
      quietHours: { from: '20:30', to: '08:00' },
      approvalOver: 10,
      capDays: 7,
    })
  })
})
