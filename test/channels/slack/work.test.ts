import { afterEach, describe, expect, it } from 'vitest'
import { addSender } from '../../../src/core/senders/edit.ts'
import { createTeam } from '../../../src/core/teams.ts'
import { wakeDue } from '../../../src/core/tickets/snooze.ts'
import type { MessageView } from '../../../src/sandbox/slack/types.ts'
import { atDesk, wordsOf } from '../../support/desk.ts'
import { startWorld, type World, type WorldOptions } from '../../support/world.ts'

/** What a team does with its tickets, clicked and typed as people do. */
let world: World
const begin = async (options?: WorldOptions) => {
  world = await startWorld(options)
  return world
}
afterEach(() => world?.close())

const at = (m: Pick<MessageView, 'ts'>, channel = 'support') => ({
  message: { channel: world.slack.channel(channel).id, ts: m.ts },
})
const { cardSays, form, modalSays } = atDesk(() => world)
const inThread = (card: MessageView, text: string) =>
  world.slack.until(() => world.thread(card.ts).find(m => JSON.stringify(m).includes(text)))
/** Presses a button in what the card's More button opens. */
async function more(card: MessageView, id: string): Promise<void> {
  await world.ann.click(at(card), 'more')
  const { id: view } = await world.slack.until(() => world.ann.modals().find(m => m.title.startsWith('More on')))
  await world.ann.click({ view }, id)
}

describe('tickets around a ticket', () => {
  it('are searched, linked, put below each other, and closed with their parent when that is wanted', async () => {
    const { ann, openTicket } = await begin()
    const first = await openTicket()
    const second = await openTicket({ subject: 'The invoice' })
    const third = await openTicket({ subject: 'The parcel' })
    await more(first, 'relations')
    const { id } = await form('Around SUP-1')
    const offered = async (typed: string) =>
      (await ann.suggest({ view: id }, 'ticket', typed)).options.map(o => o.text.text)
    expect(await offered('the inv')).toEqual(['SUP-2 · jane@acme.test · The invoice'])
    expect((await offered('')).length).toBe(2)
    expect((await ann.submit({ ticket: 'SUP-2', relation: 'link' })).became).toBe('updated')
    await cardSays(first, '🔗 See also SUP-2')
    await cardSays(second, '🔗 See also SUP-1')
    await ann.submit({ ticket: 'SUP-3', relation: 'child' }, { twice: true })
    await cardSays(first, '⬇️ Sub-tickets (0 of 1 closed): SUP-3')
    await cardSays(third, '⬆️ Part of SUP-1')
    const wrong = await ann.submit({ ticket: 'SUP-3', relation: 'parent' })
    expect(wrong.errors.ticket).toContain('above')
    const [, remove] = JSON.stringify(ann.modal().blocks).match(/"(unrelate:link:[^"]+)"/) ?? []
    await ann.click({ view: id }, remove as string)
    await world.slack.until(() => !wordsOf(world.card(first.ts)).includes('See also'))
    await ann.click(at(first), 'close')
    await form('Close SUP-1')
    await ann.submit({ children: 'close' })
    await cardSays(third, 'Closed')
    await cardSays(first, '⬇️ Sub-tickets (1 of 1 closed): ✅ SUP-3')
  })

  it('are opened from its card, with what they have from it, and its card shows their state and counts them', async () => {
    const { ann, ben, openTicket, jane } = await begin({ slack: { limits: false } })
    const first = await openTicket({ customer_typed: 'Jane Doe <jane@acme.test>' })
    await more(first, 'edit_details')
    await form('Details of SUP-1')
    await ann.submit({ tags: ['VIP', 'Late'] })
    await cardSays(first, 'VIP')
    const child = async (who = ann) => {
      await who.click(at(first), 'more')
      const { id: view } = await world.slack.until(() => who.modals().find(m => m.title.startsWith('More on')))
      await who.click({ view }, 'new_sub_ticket')
      return world.slack.until(() => who.modals().find(m => m.title === 'New sub-ticket'))
    }
    const asked = await child()
    expect(wordsOf(asked)).toContain('⬆️ Part of SUP-1')
    expect(JSON.stringify(asked.values.customer)).toContain('jane@acme.test')
    expect(JSON.stringify(asked.values.team)).toContain('Support')
    expect(JSON.stringify(asked.values.tags)).toMatch(/Late.*VIP/)
    // a press that draws the form anew loses neither the parent nor the tags
    await ann.choose('subject', 'Ask the carrier')
    await ann.choose('tags', ['VIP'])
    await ann.choose('send_when', 'At a date and time…')
    await modalSays('By the team')
    await ann.choose('send_when', 'Now')
    await world.slack.until(() => !wordsOf(ann.modals().at(-1)).includes('By the team'))
    const wrong = await ann.submit({ message: null })
    expect(Object.keys(wrong.errors)).toContain('message')
    await ann.submit({ message: 'Where is it?' }, { twice: true })
    await modalSays('SUP-2')
    await world.settle()
    const rows = await world.overture.store.read(q => q.selectFrom('tickets').selectAll().orderBy('number').execute())
    expect(rows.map(t => t.subject)).toEqual(['Your order', 'Ask the carrier'])
    expect(rows[1]).toMatchObject({
      parent_id: rows[0]?.id,
      customer_id: rows[0]?.customer_id,
      status: 'awaiting_customer',
    })
    await world.slack.until(() => jane.inbox.find(m => m.text.includes('Where is it?')))
    await cardSays(first, '⬇️ Sub-tickets (0 of 1 closed): SUP-2 (Waiting for the customer)')
    const second = await world.slack.until(() =>
      world.slack
        .channel('support')
        .messages()
        .find(m => m.text.includes('Ask the carrier')),
    )
    await cardSays(second, '⬆️ Part of SUP-1')
    await cardSays(second, 'VIP')
    expect(wordsOf(world.card(second.ts))).not.toContain('Late')
    // a colleague's, saved as it is typed, goes on from App Home below the same ticket
    await child(ben)
    await ben.choose('subject', 'Ask the bank')
    await ben.choose('message', 'Was it paid?')
    await world.slack.until(async () =>
      (await world.overture.store.read(q => q.selectFrom('drafts').selectAll().execute())).some(d =>
        d.about.includes('Was it paid?'),
      ),
    )
    await ben.close({ all: true })
    await ben.openHome()
    await ben.click({ view: (await world.slack.until(() => ben.home())).id }, 'home_tab:drafts')
    await world.slack.until(() => wordsOf(ben.home()).includes('Ask the bank'))
    await ben.click({ view: ben.home()?.id as string }, 'open_draft')
    await world.slack.until(() => wordsOf(ben.modals().at(-1)).includes('⬆️ Part of SUP-1'))
    const collided = await ben.submit({ audience: 'Internal only' })
    expect(collided.errors).toEqual({})
    await world.settle()
    await cardSays(first, '⬇️ Sub-tickets (0 of 2 closed): SUP-2 (Waiting for the customer), SUP-3 (Internal)')
    // one that is closed is told to the card above, and closing that one warns of the other
    await ann.click(at(second), 'close')
    await form('Close SUP-2')
    await ann.submit({})
    await cardSays(first, '⬇️ Sub-tickets (1 of 2 closed): SUP-3 (Internal), ✅ SUP-2')
    await ann.click(at(first), 'close')
    const warning = wordsOf(await form('Close SUP-1'))
    expect(warning).toContain('⚠️ Its sub-ticket is still open')
    expect(warning).toContain('SUP-3')
    await ann.submit({})
    await cardSays(first, 'Closed: Solved')
    expect(wordsOf(world.card(first.ts))).toContain('SUP-3 (Internal)')
    await ann.click(at(first), 'reopen')
    await world.slack.until(() => !wordsOf(world.card(first.ts)).includes('Closed: Solved'))
    await ann.react(at(first).message, 'white_check_mark')
    await world.slack.until(() => ann.ephemerals().some(e => e.text.includes('Still open below it: SUP-3.')))
  })

  it('are merged: the old card points to the new, whose thread has what came over, and answers to both mails', async () => {
    const { ann, jane, openTicket } = await begin()
    const first = await openTicket()
    const second = await openTicket({ subject: 'The invoice', message: 'Here is the invoice.' })
    const mail = await world.slack.until(() => jane.inbox.find(m => m.text.includes('Here is the invoice.')))
    await world.settle()
    await more(second, 'merge_ticket')
    await form('Merge SUP-2')
    await ann.submit({ ticket: 'SUP-1' }, { twice: true })
    await modalSays('SUP-2 is merged into SUP-1.')
    await ann.close()
    expect(ann.modals()).toEqual([]) // also what showed the ticket as it was
    await inThread(first, 'merged SUP-2 (The invoice) into this: 1 message came over.')
    await inThread(first, 'Here is the invoice.')
    await cardSays(second, '⏩ Merged into SUP-1')
    expect(wordsOf(world.card(second.ts))).not.toContain('"Reply"')
    await jane.reply(mail, { text: 'Thanks for the invoice' })
    await inThread(first, 'Thanks for the invoice')
    await ann.say({ channel: 'support', thread_ts: second.ts, text: 'note: written below the old card' })
    await inThread(first, 'written below the old card')
    await world.settle()
    expect(world.thread(first.ts).filter(m => JSON.stringify(m).includes('Here is the invoice.'))).toHaveLength(1)
  })

  it('of two customers are merged only when somebody has read where the next mail goes', async () => {
    const { ann, openTicket } = await begin()
    const first = await openTicket()
    await ann.command('/ticket bob@globex.test', { channel: 'support' })
    await form('New ticket')
    await ann.submit({ subject: 'For Bob', message: 'Hello Bob' })
    await world.settle()
    await more(first, 'merge_ticket')
    await form('Merge SUP-1')
    await ann.submit({ ticket: 'SUP-2', way: 'into_it' })
    await modalSays('After merging, the next mail goes to bob@globex.test.')
    await ann.submit({ other_customer: 'yes' })
    await modalSays('SUP-1 is merged into SUP-2.')
    await cardSays(first, 'Merged into SUP-2')
  })
})

describe('a mail that belongs elsewhere', () => {
  it('becomes a ticket of its own, or moves to another; the thread says where, and its answers follow', async () => {
    const { ann, jane, openTicket } = await begin()
    const card = await openTicket()
    const other = await openTicket({ subject: 'Another matter' })
    const first = await world.slack.until(() => jane.inbox.find(m => m.subject.includes('Your order')))
    await world.settle()
    const send = async (text: string, headers: { inReplyTo: string; messageId: string }) => {
      const { createTransport } = await import('nodemailer')
      const smtp = createTransport({ host: '127.0.0.1', port: world.overture.mailPort as number, secure: false })
      await smtp.sendMail({
        from: 'Carl <carl@else.test>',
        to: first.replyTo?.[0]?.address ?? 'support@tulip.test',
        subject: 'Re: Your order',
        text,
        ...headers,
      })
      smtp.close()
    }
    await send('I want tulips, too.', { inReplyTo: first.messageId, messageId: '<carl-1@else.test>' })
    const post = await inThread(card, 'I want tulips, too.')
    await ann.click(at(post), 'split_off')
    await form('A ticket of its own')
    await ann.submit({ subject: 'Tulips for Carl' }, { twice: true })
    await modalSays('The mail is SUP-3 now.')
    const made = await world.slack.until(() =>
      world.slack
        .channel('support')
        .messages()
        .find(m => wordsOf(m).includes('Tulips for Carl')),
    )
    expect(wordsOf(made)).toContain('I want tulips, too.')
    await cardSays(made, 'Split off from SUP-1')
    await inThread(card, 'This mail is on SUP-3 now.')
    await world.slack.until(() => !JSON.stringify(world.thread(card.ts)).includes('I want tulips, too.'))
    await send('And roses.', { inReplyTo: '<carl-1@else.test>', messageId: '<carl-2@else.test>' })
    await inThread(made, 'And roses.')
    await send('And one more.', { inReplyTo: '<carl-2@else.test>', messageId: '<carl-3@else.test>' })
    await inThread(made, 'And one more.')
    await send('About the other thing.', { inReplyTo: first.messageId, messageId: '<carl-4@else.test>' })
    const stray = await inThread(card, 'About the other thing.')
    await ann.click(at(stray), 'move_mail')
    await form('Move this mail')
    await ann.submit({ ticket: 'SUP-2' })
    await inThread(other, 'About the other thing.')
    await inThread(card, 'This mail is on SUP-2 now.')
  })
})

describe('a ticket that goes elsewhere', () => {
  it('is another team’s, in its channel and from its address; the old card points there', async () => {
    const { ann, jane, openTicket, overture, slack } = await begin()
    const card = await openTicket()
    const first = await world.slack.until(() => jane.inbox[0])
    await world.settle()
    await overture.store.write(async tx => {
      const team = { name: 'Sales', prefix: 'SAL', place: slack.channel('general').id, signature: '' }
      const id = await createTeam(tx, { ...team, replyMode: 'ask', holdMs: 0 })
      const own = { smtpUrl: null, dkimSelector: null, dkimKey: null }
      await addSender(tx, { teamId: id, address: 'sales@tulip.test', name: 'Sales', ...own })
    })
    await ann.invite('general')
    await more(card, 'move_team')
    const { id } = await form('Move SUP-1')
    await ann.choose('team', 'Sales', id)
    await modalSays('The next mail to jane@acme.test comes from there')
    await ann.submit({}, { twice: true })
    await modalSays('SUP-1 is with the team Sales now. The next mail comes from sales@tulip.test.')
    await cardSays(card, 'The team Sales has it now.')
    const moved = await slack.until(() =>
      slack
        .channel('general')
        .messages()
        .find(m => wordsOf(m).includes('SUP-1')),
    )
    await jane.reply(first, { text: 'To whom do I write?' })
    await slack.until(() =>
      slack
        .channel('general')
        .thread(moved.ts)
        .some(m => m.text.includes('To whom do I write?')),
    )
    expect(JSON.stringify(world.thread(card.ts))).not.toContain('To whom do I write?')
    await ann.click(at(moved, 'general'), 'reply')
    await ann.submit({ message: 'To me.' })
    const answer = await slack.until(() => jane.inbox.find(m => m.text.includes('To me.')))
    expect(JSON.stringify(answer.from)).toContain('sales@tulip.test')
    expect(answer.subject).toContain('Your order')
  })

  it('is another customer’s: the form says where the next mail goes, and what waits keeps its recipient', async () => {
    const { ann, jane, mail, openTicket } = await begin({ env: { HOLD_SECONDS: '600' } })
    const bob = mail.customer('Bob Black <bob@globex.test>')
    const card = await openTicket()
    await cardSays(card, 'Goes out at')
    await more(card, 'change_customer')
    const { id } = await form('Change the customer')
    await modalSays('1 mail waits to be sent, and still goes to jane@acme.test.')
    await ann.choose('customer', 'bob@globex.test', id)
    await modalSays('The next mail goes to bob@globex.test')
    await ann.submit({}, { twice: true })
    await cardSays(card, 'bob@globex.test')
    await world.overture.store.write(async tx => {
      await tx.q.updateTable('deliveries').set({ due_at: 0 }).where('state', '=', 'held').execute()
      tx.wake('outbox')
    })
    const first = await world.slack.until(() => jane.inbox[0])
    expect(JSON.stringify(first.to)).not.toContain('Bob')
    await ann.click(at(card), 'reply')
    await ann.submit({ message: 'Hello Bob.' })
    await world.overture.store.write(async tx => {
      await tx.q.updateTable('deliveries').set({ due_at: 0 }).where('state', '=', 'held').execute()
      tx.wake('outbox')
    })
    const second = await world.slack.until(() => bob.inbox[0])
    expect(second.text).toContain('Hello Bob.')
    expect(JSON.stringify(second)).not.toContain(first.messageId)
    expect(jane.inbox).toHaveLength(1)
    await jane.reply(first, { text: 'Was this for me?' })
    await inThread(card, 'not the customer, by email')
  })

  it('is deleted: its card says by whom, and what answers it is not taken in', async () => {
    const { ann, jane, openTicket } = await begin()
    const card = await openTicket()
    const first = await world.slack.until(() => jane.inbox[0])
    await world.settle()
    await more(card, 'delete_ticket')
    await cardSays(card, 'SUP-1 was deleted by Ann')
    await jane.reply(first, { text: 'Hello?' })
    await world.slack.until(() =>
      world.overture.store.read(q =>
        q.selectFrom('inbound').select('id').where('reason', 'like', '%was deleted.').executeTakeFirst(),
      ),
    )
    await ann.say({ channel: 'support', thread_ts: card.ts, text: 'What was it?' })
    await world.slack.until(() => ann.ephemerals().find(e => e.text.includes('SUP-1 was deleted')))
    await ann.command('/ticket SUP-1', { channel: 'support' })
    await world.slack.until(() => ann.ephemerals().find(e => e.text.includes('There is no ticket SUP-1.')))
  })
})

describe('a snoozed ticket', () => {
  it('comes back at its date, or by an answer, with a word in the thread and alone', async () => {
    const { ann, jane, openTicket, overture } = await begin()
    const card = await openTicket()
    const first = await world.slack.until(() => jane.inbox[0])
    await world.settle()
    await ann.click(at(card), 'take')
    await cardSays(card, 'Assigned to')
    await more(card, 'snooze')
    await form('Snooze SUP-1')
    const past = await ann.submit({ moment: 1_000_000_000 })
    expect(past.errors.moment).toContain('over')
    const chosen = Math.floor(Date.now() / 1000) + 30 * 86_400
    await ann.submit({ until: 'tomorrow', moment: chosen })
    await cardSays(card, `💤 Until <!date^${chosen}^`) // a date that was chosen is never passed over
    await more(card, 'snooze')
    expect(wordsOf(await form('Snooze SUP-1'))).toContain(`It sleeps until <!date^${chosen}^`)
    await ann.submit({ until: 'tomorrow', moment: null }, { twice: true })
    await cardSays(card, '💤 Until')
    await cardSays(card, 'or until they answer')
    await overture.store.write(tx => wakeDue(tx))
    expect(wordsOf(world.card(card.ts))).toContain('Snoozed')
    await overture.store.write(tx => tx.q.updateTable('tickets').set({ snoozed_until: 1 }).execute())
    for (const _ of [1, 2]) await overture.store.write(tx => wakeDue(tx))
    await cardSays(card, 'In progress')
    await inThread(card, 'SUP-1 was snoozed until now.')
    const alone = () =>
      world.slack
        .direct('Ann')
        .messages()
        .filter(m => m.text.includes('SUP-1 was snoozed until now.'))
    await world.slack.until(() => alone().length === 1)
    expect(JSON.stringify(alone()[0]?.blocks)).toContain('Open the thread')
    await more(card, 'snooze')
    await ann.submit({ until: 'answer' })
    await cardSays(card, '💤 Until they answer')
    await jane.reply(first, { text: 'Here I am' })
    await inThread(card, 'answered, so SUP-1 is not snoozed any more.')
    await cardSays(card, 'In progress')
    await more(card, 'snooze')
    await ann.submit({ until: 'three_days' })
    await cardSays(card, '💤')
    await more(card, 'wake_ticket')
    await world.slack.until(() => !wordsOf(world.card(card.ts)).includes('💤'))
  })
})

describe('a note', () => {
  it('has a colour, is pinned to the card, is changed and deleted, by its author or a lead', async () => {
    const { ann, ben, openTicket, overture, slack } = await begin()
    const card = await openTicket()
    await world.settle()
    await more(card, 'notes')
    const { id: view } = await modalSays('There is no note yet.')
    await ann.click({ view }, 'note')
    await modalSays('Background')
    await ann.submit({ message: 'She is in a hurry.', color: 'yellow', pin: 'pin' })
    const post = await inThread(card, '📌 🟨 Note by Ann')
    await cardSays(card, '📌🟨 Ann: She is in a hurry.')
    await ann.click(at(post), 'change_note')
    await form('Change a note')
    await ann.submit({ message: 'She is in a great hurry.', color: 'red' }, { twice: true })
    await inThread(card, '📌 🟥 Note by Ann')
    await cardSays(card, '📌🟥 Ann: She is in a great hurry.')

    await ann.say({ channel: 'support', thread_ts: card.ts, text: 'note: call her on Monday' })
    await slack.until(() =>
      overture.store.read(q =>
        q.selectFrom('messages').select('id').where('text', 'like', '%call her on Monday').executeTakeFirst(),
      ),
    )
    await more(card, 'notes')
    const list = await modalSays('call her on Monday')
    expect(wordsOf(list).indexOf('great hurry')).toBeLessThan(wordsOf(list).indexOf('call her'))
    await ann.close()

    const lead = (id: string) =>
      overture.store.write(async tx => {
        const agent = await tx.q.selectFrom('agents').selectAll().where('handle', '=', id).executeTakeFirstOrThrow()
        await tx.q.updateTable('team_members').set({ role: 'agent' }).execute()
        await tx.q.updateTable('team_members').set({ role: 'lead' }).where('agent_id', '=', agent.id).execute()
      })
    await lead(ann.id)
    await ben.click(at(post), 'change_note')
    await world.slack.until(() => ben.modals().length)
    const refused = await ben.submit({ message: 'No hurry at all.' })
    expect(refused.errors.message).toContain('Only Ann')
    await ben.submit({ message: 'She is in a great hurry.', color: 'green' })
    await inThread(card, '📌 🟩 Note by Ann')
    await ann.click(at(post), 'change_note')
    const { id } = await form('Change a note')
    await ann.click({ view: id }, 'delete_note')
    await inThread(card, 'This message was deleted.')
    await world.slack.until(() => !wordsOf(world.card(card.ts)).includes('📌'))
  })
})

describe('forgetting a customer', () => {
  it('shows the counts, erases what Overture posted in Slack, and says what is left to do by hand', async () => {
    const { ann, jane, openTicket, slack, overture } = await begin()
    const files = [{ name: 'order.txt', bytes: 'one tulip', mimetype: 'text/plain' }]
    await ann.command('/ticket jane@acme.test', { channel: 'support' })
    await ann.submit({ subject: 'Your order', message: 'Hello Jane', files })
    const first = await slack.until(() => jane.inbox[0])
    const support = slack.channel('support')
    const card = await slack.until(() => support.messages().find(m => m.bot_id))
    await slack.until(() => world.thread(card.ts).some(m => m.files?.length))
    await jane.reply(first, { text: 'My secret wish' })
    await inThread(card, 'My secret wish')
    await ann.say({ channel: 'support', thread_ts: card.ts, text: 'note: she is nice' })
    await world.settle()
    const second = await openTicket({ subject: 'The other order' })
    await world.settle()
    await ann.command('/outreach forget bob@globex.test', { channel: 'support' })
    await slack.until(() => ann.ephemerals().find(e => e.text.includes('Nothing is known of bob@globex.test.')))
    await ann.command('/outreach forget jane@acme.test', { channel: 'support' })
    const asked = await slack.until(() => ann.ephemerals().find(e => e.text.includes('2 tickets, 4 messages')))
    for (const _ of [1, 2]) await ann.click({ ephemeral: asked.id }, 'forget_customer').catch(() => {})
    const said = await slack.until(() =>
      slack
        .direct('Ann')
        .messages()
        .find(m => m.text.includes('was forgotten')),
    )
    expect(said.text).toContain('2 tickets, 4 messages, 1 file,')
    expect(said.text).toContain('By hand: 1 message of colleagues')
    expect(support.messages().map(m => m.ts)).not.toContain(second.ts)
    const left = JSON.stringify([support.messages(), support.thread(card.ts)])
    for (const word of ['My secret wish', 'Hello Jane', 'order.txt', 'jane@acme.test']) expect(left).not.toContain(word)
    expect(left).toContain('she is nice')
    await ann.command('/ticket', { channel: 'support' })
    await form('New ticket')
    const refused = await ann.submit({ customer_typed: 'jane@acme.test', subject: 'Again', message: 'Hello' })
    expect(refused.errors.customer_typed).toContain('asked to be forgotten')
    const rows = await overture.store.read(q => q.selectFrom('erasures').selectAll().execute())
    expect(rows).toMatchObject([{ addresses: '[]', customer_id: null }])
  })
})
