import { afterEach, describe, expect, it } from 'vitest'
import { joinTeam, seeAgent } from '../../../src/core/agents.ts'
import { suppress } from '../../../src/core/suppressions.ts'
import { unsubscribe, unsubscriptionOf } from '../../../src/core/unsubscriptions.ts'
import { atDesk, wordsOf } from '../../support/desk.ts'
import { startWorld, type World, type WorldOptions } from '../../support/world.ts'

/** Who mail comes from and goes to, as agents set it and see it. */
let world: World
const begin = async (options?: WorldOptions) => {
  world = await startWorld(options)
  return world
}
afterEach(() => world?.close())

const support = { channel: 'support' }
const { place, told, form, modalSays } = atDesk(() => world)
const postWith = (root: string, text: string) =>
  world.slack.until(() => world.thread(root).find(m => JSON.stringify(m).includes(text)))
const mailTo = (address: string, text: string) =>
  world.slack.until(() => world.mail.customer(address).inbox.find(m => m.text.includes(text)))
const homeSays = (text: string) => world.slack.until(() => wordsOf(world.ann.home()).includes(text))
const setUp = async () => {
  await world.ann.openHome()
  const home = await world.slack.until(() => world.ann.home())
  await world.ann.click({ view: home.id }, 'home_tab:setup')
  await homeSays('Add a team')
  return { view: home.id }
}
const addSender = async (address: string, entries: Record<string, string> = {}) => {
  await world.ann.click(await setUp(), 'add_sender')
  await form('New sender')
  const answer = await world.ann.submit({ address, ...entries })
  if (!Object.keys(answer.errors).length) await homeSays(address)
  return answer
}
const senderChosen = async () => {
  await world.ann.command('/ticket', support)
  const { values } = await form('New ticket')
  return Object.entries(values).find(([id]) => id.startsWith('sender:'))?.[1]?.value?.selected_option?.text.text
}

/** Jane answers the first mail of a ticket, with Bob in Cc. */
const withBob = async (options?: WorldOptions) => {
  await begin(options)
  const card = await world.openTicket()
  const first = await mailTo('jane@acme.test', 'your order is ready')
  await world.settle()
  const bob = world.mail.customer('Bob <bob@acme.test>')
  await world.jane.reply(first, {
    text: 'Bob should read this, too.',
    cc: ['Bob <bob@acme.test>', 'support@tulip.test'],
  })
  const answer = await postWith(card.ts, 'Bob should read this')
  return { card, answer, bob, at: { channel: 'support', thread_ts: card.ts } }
}

describe('senders', () => {
  it("the usual one is the agent's, else the team's, and both are set in Set-up", async () => {
    const { ann } = await begin()
    await addSender('sales@tulip.test')
    await addSender('vip@tulip.test')
    expect(await senderChosen()).toContain('support@tulip.test')
    await ann.click(await setUp(), 'edit_team')
    await form('Team')
    await ann.submit({ sender: 'sales@tulip.test' })
    await homeSays('sends from sales@tulip.test')
    expect(await senderChosen()).toContain('sales@tulip.test')
    await ann.click(await setUp(), 'edit_agent')
    const own = await form('Name and signature')
    const field = own.blocks.find(b => b.block_id?.startsWith('sender:'))?.block_id ?? ''
    await ann.submit({ [field]: 'vip@tulip.test', alias: 'Ann of Tulip' })
    await homeSays('Ann of Tulip')
    expect(await senderChosen()).toContain('vip@tulip.test')
    await ann.submit({ customer_typed: 'jane@acme.test', subject: 'Your order', message: 'It is ready.' })
    expect((await mailTo('jane@acme.test', 'It is ready.')).from).toMatchObject({
      address: 'vip@tulip.test',
      name: 'Ann of Tulip (Support)',
    })
  })

  it('one that is broken is passed over, and the form says so', async () => {
    const { ann, overture } = await begin()
    await addSender('sales@tulip.test')
    await ann.click(await setUp(), 'edit_team')
    await form('Team')
    await ann.submit({ sender: 'sales@tulip.test' })
    await homeSays('sends from sales@tulip.test')
    await overture.store.write(tx =>
      tx.q
        .updateTable('senders')
        .set({ broken_at: 1, broken_reason: 'The password is wrong.' })
        .where('address', '=', 'sales@tulip.test')
        .execute(),
    )
    expect(await senderChosen()).toContain('support@tulip.test')
    expect(wordsOf(ann.modal())).toContain('Not the usual address.')
    expect(wordsOf(ann.modal())).toContain('The password is wrong.')
  })

  it('take mail for their aliases and for all of a domain; a bad line is shown under its field', async () => {
    const { mail, slack, ann } = await begin()
    const wrong = await addSender('sales@tulip.test', { aliases: 'offers@tulip.test\nnonsense' })
    expect(wrong.errors).toEqual({ aliases: '“nonsense” is no address, nor *@domain.' })
    await ann.submit({ aliases: 'offers@bulbs.test\n*@old-tulip.test' })
    await homeSays('Also for *@old-tulip.test, offers@bulbs.test')
    const bob = mail.customer('Bob <bob@globex.test>')
    for (const to of ['offers@bulbs.test', 'whoever@old-tulip.test']) {
      await bob.write({ to, subject: `To ${to}`, text: 'How much?' })
      await slack.until(() =>
        slack
          .channel('support')
          .messages()
          .find(m => m.text.includes(`To ${to}`)),
      )
    }
    await expect(bob.write({ to: 'whoever@bulbs.test', subject: 'No', text: 'No' })).rejects.toThrow()
  })
})

it('a sender has a postal address for what goes to many', async () => {
  const { overture } = await begin()
  await addSender('news@tulip.test', { postal_footer: 'Tulip Ltd\nCanal 1, Delft' })
  const footer = () =>
    overture.store.read(q =>
      q.selectFrom('senders').select('postal_footer').where('address', '=', 'news@tulip.test').executeTakeFirst(),
    )
  expect(await footer()).toEqual({ postal_footer: 'Tulip Ltd\nCanal 1, Delft' })
})

describe('addresses that are blocked', () => {
  it('are listed with the reason, searched, and written to again once that is lifted', async () => {
    const { ann, overture, slack } = await begin()
    await overture.store.write(async tx => {
      await suppress(tx, 'jane@acme.test', 'There is no such mailbox.', 'bounce')
      await suppress(tx, 'zoe@acme.test', 'Gone.', 'smtp')
    })
    await ann.command('/ticket jane@acme.test', support)
    const refused = await ann.submit({ subject: 'Your order', message: 'It is ready.' })
    expect(refused.errors).toEqual({
      customer_typed: 'jane@acme.test must not be written to: There is no such mailbox.',
    })
    await ann.close({ all: true })
    await ann.click(await setUp(), 'open_blocked')
    await modalSays('zoe@acme.test')
    await ann.submit({ search: 'JANE' })
    await slack.until(() => !wordsOf(ann.modal()).includes('zoe@acme.test'))
    expect(wordsOf(ann.modal())).toContain('A mail came back: There is no such mailbox.')
    await ann.click({ view: ann.modal().id }, 'lift_suppression')
    await form('Write there again?')
    expect((await ann.submit({ note: ' ' })).errors).toEqual({ note: 'Say why, for those who ask later.' })
    await ann.submit({ note: 'She wrote that it works.' })
    await slack.until(() => !wordsOf(ann.modal()).includes('A mail came back'))
    expect(wordsOf(ann.modal())).toContain('None that is like this.')
    const lifts = await overture.store.read(q => q.selectFrom('lifts').selectAll().execute())
    expect(lifts).toMatchObject([{ what: 'suppression', note: 'She wrote that it works.' }])
    await homeSays('1 address is not written to, or banned.')
    await ann.close({ all: true })
    await world.openTicket()
  })

  it('are listed with what they unsubscribed from, and only a lead lifts that, where there are leads', async () => {
    const { ann, ben, overture, slack } = await begin()
    await overture.store.write(async tx => {
      const leaving = { address: 'jane@acme.test', chatId: null, source: 'link' }
      await unsubscribe(tx, { ...leaving, kind: 'news', reason: 'They unsubscribed by the link in chat 7.' })
      const teamId = (await tx.q.selectFrom('teams').select('id').executeTakeFirstOrThrow()).id
      const lead = await seeAgent(tx, { handle: ben.id, name: 'Ben', email: null })
      await joinTeam(tx, lead.id, teamId)
      await tx.q.updateTable('team_members').set({ role: 'lead' }).where('agent_id', '=', lead.id).execute()
    })
    await ann.click(await setUp(), 'open_blocked')
    await modalSays('jane@acme.test from “news”')
    await modalSays('By the link in a mail: They unsubscribed by the link in chat 7.')
    await ann.click({ view: ann.modal().id }, 'lift_unsubscription')
    await modalSays('Only a lead may do this. Ask Ben.')
    await overture.store.write(tx => tx.q.updateTable('team_members').set({ role: 'agent' }).execute())
    await ann.close()
    await ann.click({ view: ann.modal().id }, 'lift_unsubscription')
    await form('Write there again?')
    await ann.submit({ note: 'She asked for it by phone.' })
    await slack.until(() => !wordsOf(ann.modal()).includes('from “news”'))
    expect(await overture.store.read(q => unsubscriptionOf(q, 'jane@acme.test', 'news'))).toBeUndefined()
  })

  it('are banned from what somebody wrote, which stops mail both ways until it is lifted', async () => {
    const { ann, slack, mail } = await begin()
    const eve = mail.customer('Eve <eve@spam.test>')
    await eve.write({ to: 'support@tulip.test', subject: 'Buy pills', text: 'Now.' })
    const card = await slack.until(() =>
      slack
        .channel('support')
        .messages()
        .find(m => m.text.includes('Buy pills')),
    )
    await ann.click(place(card), 'details')
    await modalSays('Ban eve@spam.test')
    await ann.click({ view: ann.modal().id }, 'ban_author')
    await form('Ban an address')
    expect((await ann.submit({ address: 'nobody', reason: 'Spam.' })).errors).toEqual({
      address: 'That is not an email address.',
    })
    await ann.submit({ address: '*@spam.test' })
    await modalSays('*@spam.test is banned.')
    await ann.close({ all: true })
    await ann.click(place(card), 'reply')
    await modalSays('eve@spam.test is banned (all of spam.test is), so nothing is sent there: Spam.')
    await ann.close({ all: true })
    await ann.click(place(card), 'details')
    await modalSays('Ann banned an address (*@spam.test: Spam.)')
    await ann.close({ all: true })
    await ann.click(await setUp(), 'open_blocked')
    await modalSays('by Ann: Spam.')
    await ann.click({ view: ann.modal().id }, 'unban')
    await slack.until(() => !wordsOf(ann.modal()).includes('spam.test'))
    await ann.click({ view: ann.modal().id }, 'add_ban')
    await form('Ban an address')
    await ann.submit({ address: 'adam@spam.test', reason: 'Also spam.' })
    await modalSays('adam@spam.test')
  })
})

describe('a ban with an end', () => {
  it('is for some days, and what it keeps out can be looked at and taken in', async () => {
    const { ann, jane, slack } = await begin()
    const card = await world.openTicket()
    const first = await mailTo('jane@acme.test', 'your order is ready')
    await world.settle()
    await ann.click(await setUp(), 'open_blocked')
    await form('Blocked addresses')
    await ann.click({ view: ann.modal().id }, 'add_ban')
    await form('Ban an address')
    const past = await ann.submit({ address: 'jane@acme.test', reason: 'A quarrel.', until: '2020-01-01' })
    expect(past.errors).toEqual({ until: 'This is over already. Choose a day that is to come.' })
    await ann.submit({ until: '2999-12-31' })
    await modalSays('until ')
    await jane.reply(first, { text: 'Please read this.' })
    await slack.until(async () =>
      world.overture.store.read(q =>
        q.selectFrom('inbound').selectAll().where('banned_by', '=', 'jane@acme.test').executeTakeFirst(),
      ),
    )
    await ann.submit({ search: 'jane' })
    await modalSays('1 mail kept')
    await ann.click({ view: ann.modal().id }, 'banned_mails')
    const kept = await form('Kept mails')
    expect(wordsOf(kept)).toContain('Please read this.')
    const id = /take_in_banned:([\w-]+)/.exec(wordsOf(kept))?.[1]
    await ann.click({ view: kept.id }, `take_in_banned:${id}`)
    await modalSays('None is left.')
    await postWith(card.ts, 'Please read this.')
  })
})

describe('copies', () => {
  it('shows who else a mail was written to, and asks whether an answer goes to all', async () => {
    const { answer, bob, at, card } = await withBob()
    expect(wordsOf(answer)).toContain('Also to Bob <bob@acme.test>')
    expect(wordsOf(answer)).not.toContain('support')
    await world.ann.say({ ...at, text: 'Hello both.' })
    const prompt = await told('Send to all (2)')
    expect(JSON.stringify(prompt)).toContain('All: Jane, Bob <bob@acme.test>')
    await world.ann.click({ ephemeral: prompt.id }, 'send_to_all')
    await mailTo('bob@acme.test', 'Hello both.')
    const mail = await mailTo('jane@acme.test', 'Hello both.')
    expect(mail.cc.map(c => c.address)).toEqual(['bob@acme.test'])
    await world.slack.until(() => JSON.stringify(world.ann.ephemerals()).includes('copy to bob@acme.test'))
    await bob.reply(bob.latest(), { text: 'I like it.' })
    await postWith(card.ts, 'I like it.')
    const { store } = world.overture
    const [thread] = await store.read(q => q.selectFrom('threads').selectAll().where('side', '=', 'customer').execute())
    expect(thread?.place).toBe('jane@acme.test')
  })

  it('go to nobody unless somebody is ticked or typed, and the preview names all who get the mail', async () => {
    const { card } = await withBob()
    const { ann } = world
    await ann.click(place(card), 'reply')
    const composer = await form('Reply on SUP-1')
    expect(wordsOf(composer)).toContain('Bob <bob@acme.test>')
    expect(wordsOf(composer)).not.toContain('initial_options')
    await ann.choose('message', 'For Jane and Bob.')
    await ann.choose('copy_to', ['Bob <bob@acme.test>'])
    await ann.choose('copies', 'carol@acme.test')
    await ann.click({ view: ann.modal().id }, 'preview')
    await modalSays('Copy to: bob@acme.test, carol@acme.test')
    await ann.close()
    expect((await ann.submit({ copies: 'carol@acme.test, support@tulip.test, x' })).errors).toEqual({
      copies: 'support@tulip.test is an address of ours. “x” is not an email address.',
    })
    await ann.submit({ copies: 'carol@acme.test' })
    await mailTo('carol@acme.test', 'For Jane and Bob.')
    await postWith(card.ts, 'cc bob@acme.test, carol@acme.test')
    await ann.click(place(card), 'reply')
    await form('Reply on SUP-1')
    await ann.submit({ message: 'For Jane alone.' })
    expect((await mailTo('jane@acme.test', 'For Jane alone.')).cc).toEqual([])
    expect(
      world.mail
        .customer('bob@acme.test')
        .inbox.map(m => m.text)
        .join(),
    ).not.toContain('alone')
  })

  it('of a thread message that is sent at once go to nobody, and the author is told', async () => {
    const { at } = await withBob({ env: { REPLY_MODE: 'direct' } })
    await world.ann.say({ ...at, text: 'For Jane alone.' })
    await told('Not to Bob <bob@acme.test>')
    expect((await mailTo('jane@acme.test', 'For Jane alone.')).cc).toEqual([])
  })

  it('of the first mail are typed in the form, shown on the card, and refused for an internal ticket', async () => {
    const { ann, slack } = await begin()
    await ann.command('/ticket jane@acme.test', support)
    const typed = { subject: 'Your order', message: 'It is ready.', copies: 'Bob <bob@acme.test>' }
    expect((await ann.submit({ ...typed, audience: 'internal' })).errors).toEqual({
      copies: 'An internal ticket is mailed to nobody: leave this empty.',
    })
    await ann.submit({ audience: 'email' })
    await mailTo('bob@acme.test', 'It is ready.')
    await slack.until(() =>
      slack
        .channel('support')
        .messages()
        .find(m => wordsOf(m).includes('Copy to bob@acme.test')),
    )
  })
})

describe('a customer with several addresses', () => {
  it('is the same customer from each, and mail goes where it went until an agent chooses another', async () => {
    const { ann, jane, overture, openTicket, mail } = await begin()
    const card = await openTicket()
    const first = await mailTo('jane@acme.test', 'your order is ready')
    await world.settle()
    await overture.store.write(async tx => {
      const { customer_id } = await tx.q.selectFrom('tickets').select('customer_id').executeTakeFirstOrThrow()
      await tx.q
        .insertInto('addresses')
        .values({ address: 'jane@home.test', customer_id, created_at: tx.now })
        .execute()
    })
    mail.customer('Jane Doe <jane@home.test>')
    await jane.reply(first, { text: 'From my sofa.', from: 'Jane Doe <jane@home.test>' })
    expect((await postWith(card.ts, 'From my sofa.')).username).toContain('(customer, by email)')
    await ann.click(place(card), 'reply')
    const composer = await form('Reply on SUP-1')
    expect(wordsOf(composer)).toContain('Their newest mail came from jane@home.test.')
    await ann.submit({ message: 'To work.' })
    await mailTo('jane@acme.test', 'To work.')
    await ann.click(place(card), 'reply')
    await form('Reply on SUP-1')
    await ann.submit({ message: 'To your sofa.', to: 'jane@home.test' })
    await mailTo('jane@home.test', 'To your sofa.')
    await world.slack.until(() => wordsOf(world.card(card.ts)).includes('jane@home.test'))
    expect(jane.inbox.map(m => m.text).join()).not.toContain('sofa.\n\n-- ')
  })
})
