import { afterEach, describe, expect, it } from 'vitest'
import type { MessageView } from '../../../src/sandbox/slack/types.ts'
import { atDesk, wordsOf } from '../../support/desk.ts'
import { startWorld, type World, type WorldOptions } from '../../support/world.ts'

let world: World
const begin = async (options?: WorldOptions) => {
  world = await startWorld(options)
  return world
}
afterEach(() => world?.close())

const support = { channel: 'support' }
const cardPlace = (card: MessageView) => ({ message: { channel: world.slack.channel('support').id, ts: card.ts } })
const { cardSays, told, form, modalSays, mailWith } = atDesk(() => world)
const setUp = async () => {
  await world.ann.openHome()
  const home = await world.slack.until(() => world.ann.home())
  await world.ann.click({ view: home.id }, 'home_tab:setup')
  await world.slack.until(() => wordsOf(world.ann.home()).includes('Add a team'))
  return { view: home.id }
}
const tickets = () => world.overture.store.read(q => q.selectFrom('tickets').selectAll().execute())

describe('the form for a new ticket', () => {
  it('shows each fault under its field, and creates nothing', async () => {
    const { ann } = await begin()
    await ann.command('/ticket', support)
    const answer = await ann.submit({
      customer_typed: 'not an address',
      subject: ' ',
      message: 'Hello',
      audience: 'email',
    })
    expect(answer.became).toBe('errors')
    if (!answer.isLocal)
      expect(answer.errors).toMatchObject({
        customer_typed: 'That is not an email address.',
        subject: 'Give the ticket a subject.',
      })
    expect(await tickets()).toEqual([])
  })

  it('opens one ticket when it is submitted twice', async () => {
    const { ann } = await begin()
    await ann.command('/ticket jane@acme.test Your order', support)
    expect((await form('New ticket')).values.subject).toMatchObject({ subject: { value: 'Your order' } })
    await ann.submit({ message: 'It is ready.' }, { twice: true })
    await mailWith('It is ready.')
    expect(await tickets()).toHaveLength(1)
  })

  it('finds a customer by name, address or company, and offers an address that nobody has as a new person', async () => {
    const { ann, openTicket } = await begin()
    await openTicket()
    await ann.command('/ticket', support)
    const place = { view: (await form('New ticket')).id }
    const labels = async (query: string) => (await ann.suggest(place, 'customer', query)).options.map(o => o.text.text)
    expect(await labels('acme')).toEqual(['jane@acme.test · Acme'])
    expect(await labels('bob@globex.test')).toEqual(['＋ bob@globex.test (new)'])
    await ann.submit({ customer: 'bob@globex.test', subject: 'Hello', message: 'Hello Bob' })
    await world.slack.until(async () => (await tickets()).length === 2)
  })

  it('sends files with the mail, once they are fetched, and says so', async () => {
    const { ann } = await begin()
    await ann.command('/ticket jane@acme.test', support)
    const files = [{ name: 'order.txt', bytes: 'one tulip', mimetype: 'text/plain' }]
    const answer = await ann.submit({ subject: 'Your order', message: 'See the file.', files })
    expect(answer.became).toBe('updated')
    const mail = await mailWith('See the file.')
    expect(mail.attachments.map(a => a.name)).toEqual(['order.txt'])
    await modalSays('SUP-1')
  })

  it('says at once that no mail can be sent, and takes the way to the set-up and back', async () => {
    const { ann, overture } = await begin()
    await overture.store.write(tx => tx.q.updateTable('senders').set({ removed_at: tx.now }).execute())
    await ann.command('/ticket jane@acme.test', support)
    await modalSays('has no address to send from')
    const forced = await ann.submit({ subject: 'Your order', message: 'It is ready.', 'audience:none': 'email' })
    expect(Object.keys(forced.errors)).toEqual(['audience:none'])
    await ann.click({ view: ann.modal().id }, 'set_up_sending')
    await ann.submit({ address: 'sales@tulip.test', name: 'Tulip' })
    await world.slack.until(() => ann.modals().length === 1 && !wordsOf(ann.modal()).includes('has no address'))
    expect(ann.modal().values.subject).toMatchObject({ subject: { value: 'Your order' } })
    await ann.submit({ audience: 'email' })
    expect((await mailWith('It is ready.')).from).toMatchObject({ address: 'sales@tulip.test' })
  })

  it('keeps what was typed when another team is chosen', async () => {
    const { ann, slack } = await begin()
    await addTeam('Sales', 'SAL')
    await ann.command('/ticket jane@acme.test', support)
    await ann.choose('subject', 'Your offer')
    await ann.choose('message', 'Here *it* is.')
    await ann.choose('team', 'Sales')
    await modalSays('has no address to send from')
    expect(ann.modal().values.subject).toMatchObject({ subject: { value: 'Your offer' } })
    expect(JSON.stringify(ann.modal().values.message)).toContain('Here ')
    await ann.submit()
    await slack.until(async () => (await tickets()).some(t => t.identifier === 'SAL-1' && t.subject === 'Your offer'))
  })

  it('quotes the message that it was asked for, without what is only for us', async () => {
    const { ann, slack } = await begin()
    const said = await ann.say({
      channel: 'support',
      text: `Ask Jane <@${slack.as('Ben').id}> about <#C0GENERAL|general>`,
    })
    await ann.messageShortcut('new_ticket_about', { channel: said.channel, ts: said.ts })
    const quote = JSON.stringify((await form('New ticket')).values.message)
    expect(quote).toContain('Ask Jane')
    expect(quote).not.toMatch(/general|U0/)
  })
})

async function addTeam(name: string, prefix: string, atOnce = async () => {}): Promise<void> {
  const { ann, slack } = world
  await ann.click(await setUp(), 'add_team')
  await form('New team')
  const answer = await ann.submit({ name, prefix, place: slack.channel('general').id })
  expect(answer.errors).toEqual({})
  await atOnce()
  await slack.until(() => wordsOf(ann.home()).includes(name))
}

describe('the command', () => {
  it('shows a ticket and its history, and says how it is used when it does not understand', async () => {
    const { ann, openTicket } = await begin()
    const card = await openTicket()
    await ann.command('/ticket sup-1', support)
    const shown = await told('SUP-1')
    expect(wordsOf(shown)).toContain('opened the ticket')
    await ann.command('/ticket frobnicate', support)
    await told('I do not know')
    await ann.command('/ticket SUP-99', support)
    await told('There is no ticket SUP-99.')
    await ann.click({ ephemeral: shown.id }, 'take')
    await cardSays(card, 'Assigned to')
    await world.slack.until(() => wordsOf(ann.ephemerals().find(e => e.id === shown.id)).includes('Assigned to'))
  })
})

describe("the card's buttons", () => {
  it('reply with a preview, note, assign, status, close and reopen', async () => {
    const { ann, ben, jane, openTicket, slack } = await begin()
    const card = await openTicket()
    const press = (id: string) => ann.click(cardPlace(card), id)
    await mailWith('your order is ready')

    await press('reply')
    await ann.choose('message', 'One more thing.')
    await ann.click({ view: ann.modal().id }, 'preview')
    const preview = await modalSays('One more thing.')
    expect(wordsOf(preview)).toContain('Re: Your order')
    await ann.close()
    await ann.submit()
    await mailWith('One more thing.')
    await slack.until(() => world.thread(card.ts).some(m => wordsOf(m).includes('✉️ Ann → jane@acme.test')))

    await press('note')
    await ann.submit({ message: 'She is in a hurry.' })
    await slack.until(() => world.thread(card.ts).some(m => wordsOf(m).includes('🔒 Note by Ann')))

    await press('assign')
    await ann.submit({ assignee: ben.id })
    await cardSays(card, ben.id)
    await press('status')
    await ann.submit({ status: 'In progress', priority: '🔴 Urgent' })
    await cardSays(card, 'Urgent')
    await press('close')
    await ann.submit({ reason: 'Solved', words: 'She has it.' })
    await cardSays(card, 'Closed: Solved: She has it.')
    await press('reopen')
    await cardSays(card, 'In progress')
    await press('details')
    const details = wordsOf(await modalSays('History'))
    for (const event of ['assigned the ticket', 'changed the priority', 'closed the ticket', 'reopened the ticket'])
      expect(details).toContain(event)
    expect(jane.inbox).toHaveLength(2)
    expect(jane.inbox.map(m => m.text).join()).not.toContain('hurry')
  })

  it('reply with files, which the customer gets and the thread shows', async () => {
    const { ann, openTicket, slack } = await begin()
    const card = await openTicket()
    await ann.click(cardPlace(card), 'reply')
    await form('Reply on SUP-1')
    const files = [{ name: 'invoice.txt', bytes: 'nine tulips', mimetype: 'text/plain' }]
    const answer = await ann.submit({ message: 'Here is the invoice.', files })
    expect(answer.became).toBe('updated')
    const mail = await mailWith('Here is the invoice.')
    expect(mail.attachments.map(a => a.name)).toEqual(['invoice.txt'])
    await slack.until(() => world.thread(card.ts).some(m => m.files?.some(f => f.name === 'invoice.txt')))
    await modalSays('on its way')
  })

  it('give back what was written when a file turns out to be gone', async () => {
    const { ann, slack } = await begin()
    slack.faults.next('files.info', { kind: 'error', error: 'file_deleted' })
    await ann.command('/ticket jane@acme.test', support)
    await form('New ticket')
    const files = [{ name: 'order.txt', bytes: 'one tulip', mimetype: 'text/plain' }]
    const atOnce = await ann.submit({ subject: 'Your order', message: 'See the file.', files })
    expect(atOnce.errors.files).toBe('One of the files was deleted in Slack.')
    slack.faults.next('files.info', { kind: 'http_500' })
    slack.faults.next('files.info', { kind: 'error', error: 'file_deleted' })
    await ann.submit()
    expect(wordsOf(await modalSays('was deleted in Slack'))).toContain('See the file.')
    expect(await tickets()).toEqual([])
  })

  it('tell a person that it is our fault when it is, with a reference, and lose nothing', async () => {
    const { ann, openTicket, slack } = await begin()
    const card = await openTicket()
    slack.faults.next('views.open', { kind: 'error', error: 'fatal_error' })
    await ann.click(cardPlace(card), 'note')
    expect((await told('Something went wrong on our side')).text).toMatch(/\(ref [A-Z2-7]{4}\)/)
  })

  it('refuse people of another organisation', async () => {
    const { openTicket, slack } = await begin({
      slack: {
        people: [
          { name: 'Ann Archer', email: 'ann@tulip.test' },
          { name: 'Ben Baker', email: 'ben@tulip.test' },
          { name: 'Sam Stone', isStranger: true },
        ],
        channels: [{ name: 'support', kind: 'shared', members: ['Ann', 'Ben', 'Sam'], hasBot: true }],
      },
    })
    const card = await openTicket()
    const sam = slack.as('Sam')
    for (const id of ['take', 'details', 'settle_messages'])
      if (wordsOf(card).includes(`"${id}"`)) await sam.click(cardPlace(card), id)
    await slack.until(
      () => sam.ephemerals().filter(e => e.text.includes('Only members of this workspace')).length === 2,
    )
    expect((await tickets())[0]?.assignee_id).toBeNull()
    expect(sam.modals()).toEqual([])
  })

  it('take back what is held, and publish it later', async () => {
    const { ann, jane, openTicket } = await begin({ env: { HOLD_SECONDS: '600' } })
    const card = await openTicket()
    await cardSays(card, 'Goes out at')
    await ann.click(cardPlace(card), 'undo_send')
    await cardSays(card, 'Internal')
    await ann.click(cardPlace(card), 'publish')
    await cardSays(card, 'Goes out at')
    expect(jane.inbox).toEqual([])
  })

  it('settle what was neither sent nor kept', async () => {
    const { ann, openTicket } = await begin()
    const card = await openTicket()
    await world.settle()
    await ann.say({ channel: 'support', thread_ts: card.ts, text: 'Shall we send this?' })
    await cardSays(card, 'neither sent nor kept')
    await ann.click(cardPlace(card), 'settle_messages')
    await modalSays('Shall we send this?')
    await ann.click({ view: ann.modal().id }, 'send_message')
    await mailWith('Shall we send this?')
    await modalSays('Nothing is left to decide')
  })
})

describe('the set-up', () => {
  it('adds a team and enters its public channel', async () => {
    const { ann, slack } = await begin()
    await ann.kick('general').catch(() => {})
    await addTeam('Sales', 'SAL')
    expect(slack.channel('general').members()).toContain(slack.app.botUser)
  })

  it('answers the form for a team before it enters the channel', async () => {
    const { ann, slack } = await begin()
    await ann.kick('general').catch(() => {})
    slack.faults.next('conversations.join', { kind: 'delay', ms: 1_000 })
    await addTeam('Sales', 'SAL', async () => {
      expect(slack.channel('general').members()).not.toContain(slack.app.botUser)
    })
    await slack.until(() => slack.channel('general').members().includes(slack.app.botUser))
  })

  it('says what is still to be done where it cannot enter the channel', async () => {
    const { ann, slack } = await begin()
    await ann.kick('general').catch(() => {})
    slack.faults.next('conversations.join', { kind: 'error', error: 'is_archived' })
    await addTeam('Press', 'PRS')
    const words = await slack.until(() =>
      slack
        .direct('Ann')
        .messages()
        .find(m => m.text.includes('could not join')),
    )
    expect(words.text).toContain('(is_archived)')
  })

  it("changes an agent's name and signature, which the next mail bears", async () => {
    const { ann, openTicket, slack } = await begin()
    await ann.click(await setUp(), 'edit_agent')
    await form('Name and signature')
    await ann.submit({ alias: 'Ann of Tulip', signature: 'Yours, Ann' })
    await slack.until(() => wordsOf(ann.home()).includes('Ann of Tulip'))
    await openTicket()
    const mail = await mailWith('your order is ready')
    expect(mail.text).toContain('Yours, Ann')
    expect(JSON.stringify(mail.from)).toContain('Ann of Tulip')
  })

  it('sends a test mail to the agent, and shows what became of it', async () => {
    const { ann } = await begin()
    await ann.click(await setUp(), 'test_sender')
    await modalSays('accepted a mail')
  })

  it('says that it is not in a private channel, until it is and somebody checks again', async () => {
    const { ann, slack } = await begin({ slack: { channels: [{ name: 'support', kind: 'private', hasBot: false }] } })
    const home = await setUp()
    expect(wordsOf(ann.home())).toContain('/invite @Overture')
    await ann.invite('support')
    await ann.click(home, 'check_place')
    await slack.until(() => !wordsOf(ann.home()).includes('/invite @Overture'))
  })

  it('enters a public channel by itself, and notices when somebody removes it', async () => {
    const { ann, slack } = await begin({ slack: { channels: [{ name: 'support', kind: 'public', hasBot: false }] } })
    expect(slack.channel('support').members()).toContain(slack.app.botUser)
    await ann.kick('support')
    await world.settle()
    await setUp()
    await slack.until(() => wordsOf(ann.home()).includes('/invite @Overture'))
  })
})

describe('a channel that another organisation reads', () => {
  it('cannot be where a team shows its tickets', async () => {
    const { ann, slack } = await begin()
    await ann.click(await setUp(), 'add_team')
    await form('New team')
    const answer = await ann.submit({ name: 'Acme', prefix: 'ACM', place: slack.channel('acme-and-tulip').id })
    expect(answer.errors.place).toContain('another organisation')
  })
})

describe('what the author of a thread message is asked', () => {
  it('can be kept as a note, sent after all, taken back, and answered once and for all', async () => {
    const { ann, openTicket, slack } = await begin({ env: { HOLD_SECONDS: '600' } })
    const card = await openTicket()
    await world.settle()
    await ann.say({ channel: 'support', thread_ts: card.ts, text: 'Hello again.' })
    const asked = await told('Send this to')
    const says = (text: string) =>
      slack.until(() => wordsOf(ann.ephemerals().find(e => e.id === asked.id)).includes(text))
    await ann.click({ ephemeral: asked.id }, 'keep_note')
    await says('Kept as a note')
    await ann.click({ ephemeral: asked.id }, 'send_message')
    await says('Goes out at')
    await ann.click({ ephemeral: asked.id }, 'undo_send')
    await says('Kept as a note')

    await ann.say({ channel: 'support', thread_ts: card.ts, text: 'And from now on without asking.' })
    const again = await slack.until(() =>
      ann.ephemerals().find(e => e.id !== asked.id && e.text.includes('Send this to')),
    )
    await ann.click({ ephemeral: again.id }, 'always_send')
    await slack.until(async () => (await tickets())[0]?.reply_mode === 'direct')
  })
})

describe('the inbox', () => {
  it('lists tickets, and opens one with the way to its thread', async () => {
    const { ann, openTicket, slack } = await begin()
    await openTicket()
    await ann.openHome()
    const home = await slack.until(() => (wordsOf(ann.home()).includes('SUP-1') ? ann.home() : null))
    await ann.click({ view: home.id }, 'home_list:waiting')
    await slack.until(() => wordsOf(ann.home()).includes('SUP-1'))
    await ann.click({ view: home.id }, 'home_list:mine')
    await slack.until(() => wordsOf(ann.home()).includes('No open ticket is yours.'))
    await ann.click({ view: home.id }, 'home_list:all')
    await slack.until(() => wordsOf(ann.home()).includes('SUP-1'))
    await ann.click({ view: home.id }, 'home_open')
    expect(wordsOf(await form('SUP-1'))).toContain('Open the thread')
  })
})

describe('when a mail fails for good', () => {
  it('the card says why, and the mail is sent again to the right address', async () => {
    const { ann, jane, mail } = await begin()
    mail.customer('jnae@acme.test').does('refuses')
    await ann.command('/ticket', support)
    await form('New ticket')
    await ann.submit({ customer_typed: 'jnae@acme.test', subject: 'Your order', message: 'It is ready.' })
    const card = await world.slack.until(() =>
      world.slack
        .channel('support')
        .messages()
        .find(m => m.bot_id),
    )
    await cardSays(card, 'Fix and resend')
    await ann.click(cardPlace(card), 'fix_and_resend')
    await form('Fix and resend')
    await ann.submit({ customer: 'jane@acme.test' })
    await mailWith('It is ready.')
    await cardSays(card, 'Sent')
    expect(jane.inbox).toHaveLength(1)
  })
})
