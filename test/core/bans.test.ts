import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { bannedMails, takeInBanned } from '../../src/core/banned-mails.ts'
import { ban, banOf, endBans, searchBans, unban } from '../../src/core/bans.ts'
import { fromText } from '../../src/core/document.ts'
import { addSender } from '../../src/core/senders/edit.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
beforeEach(async () => {
  town = await startTown()
})
afterEach(() => town.close())

const banned = (address: string) => town.store.read(async q => (await banOf(q, address)) !== undefined)
const banIt = (address: string, reason = 'Nothing but advertising.') =>
  town.store.write(tx => ban(tx, { address, reason, by: town.ann }))

describe('a ban', () => {
  it('is of one address, however it is spelt, until it is lifted', async () => {
    expect(await banIt(' Eve <Eve+List@Spam.test> ')).toBe('eve@spam.test')
    expect(await banned('eve@spam.test')).toBe(true)
    expect(await banned('eve+again@spam.test')).toBe(true)
    expect(await banned('adam@spam.test')).toBe(false)
    await town.store.write(tx => unban(tx, 'eve@spam.test', town.ann))
    expect(await banned('eve@spam.test')).toBe(false)
  })

  it('is of a whole domain, but not of what only ends like it', async () => {
    expect(await banIt('*@Spam.test')).toBe('*@spam.test')
    expect(await banned('anybody@spam.test')).toBe(true)
    expect(await banned('anybody@not-spam.test')).toBe(false)
    expect(await banned('anybody@eu.spam.test')).toBe(false)
  })

  it.each([
    ['nobody', 'That is not an email address.'],
    ['*@nowhere', 'That is not an email address.'],
    ['support@tulip.test', 'support@tulip.test is an address of ours.'],
    ['*@tulip.test', 'We send from support@tulip.test, which is at this domain.'],
    ['*@gmail.com', 'Many people have an address at gmail.com. Ban a single one.'],
  ])('of %s is refused under its field', async (address, message) => {
    await expect(banIt(address)).rejects.toMatchObject({ field: 'address', message })
  })

  it('of a domain at which we take in mail is refused, too', async () => {
    const sender = { teamId: town.team.id, name: '', smtpUrl: null, dkimSelector: null, dkimKey: null }
    await town.store.write(tx => addSender(tx, { ...sender, address: 'sales@tulip.test', aliases: 'old@bulbs.test' }))
    await expect(banIt('*@bulbs.test')).rejects.toMatchObject({
      field: 'address',
      message: 'We take in mail for old@bulbs.test, which is at this domain.',
    })
  })

  it('stops a mail that is on its way, to the customer or in copy', async () => {
    await town.open({ copyTo: ['bob@spam.test'] })
    await banIt('jane@acme.test', 'She asked us to.')
    await banIt('*@spam.test', 'Junk.')
    town.clock.now += 10_000
    const [letter] = [...(await town.carry()), ...(await town.carry())].filter(l => l.key)
    expect(letter).toMatchObject({
      copies: [],
      barred: [
        { address: 'jane@acme.test', reason: 'It is banned: She asked us to.' },
        { address: 'bob@spam.test', reason: 'It is banned: Junk.' },
      ],
    })
  })

  it('needs a reason, and is listed with it and with who said so', async () => {
    await expect(banIt('eve@spam.test', ' ')).rejects.toMatchObject({ field: 'reason' })
    await banIt('eve@spam.test')
    await banIt('eve@spam.test', 'Another reason, later.')
    await banIt('*@junk.test', 'Junk.')
    const found = (typed: string) => town.store.read(q => searchBans(q, typed, 10))
    expect(await found('ADVERT')).toMatchObject([
      { address: 'eve@spam.test', reason: 'Nothing but advertising.', by: 'Ann' },
    ])
    expect((await found('')).map(b => b.address)).toEqual(['*@junk.test', 'eve@spam.test'])
  })

  it('with an end stops by itself: mail at the very moment, all else within a minute', async () => {
    const until = town.clock.now + 3_600_000
    const banUntil = (end: number | null, reason = 'A quarrel.') =>
      town.store.write(tx => ban(tx, { address: 'jane@acme.test', reason, until: end, by: town.ann }))
    await banUntil(until)
    const ticket = await town.open({ email: false })
    const writes = async (key: string) => town.arrive({ key, tokens: [await town.token(ticket.id)] })
    await writes('<1@acme.test>')
    expect(await town.inbound('<1@acme.test>')).toMatchObject({ state: 'ignored', banned_by: 'jane@acme.test' })
    await expect(banUntil(town.clock.now)).rejects.toMatchObject({ field: 'until' })
    await banUntil(until - 1_000, 'Shorter, so it changes nothing.')
    expect((await town.store.read(q => searchBans(q, '', 10)))[0]).toMatchObject({
      until_at: until,
      reason: 'A quarrel.',
    })
    town.clock.now = until
    await writes('<2@acme.test>')
    expect((await town.inbound('<2@acme.test>')).state).toBe('recorded')
    await town.store.write(endBans)
    await town.store.write(endBans)
    expect(await banned('jane@acme.test')).toBe(false)
    expect((await town.store.read(q => searchBans(q, '', 10)))[0]).toMatchObject({ ended_at: until, kept: 1 })
    await banUntil(null, 'Again.')
    expect(await banned('jane@acme.test')).toBe(true)
    expect((await town.store.read(q => searchBans(q, '', 10)))[0]).toMatchObject({
      until_at: null,
      ended_at: null,
      reason: 'Again.',
    })
  })

  it('keeps what it keeps out, and one mail can be taken in, once, while the ban stays', async () => {
    const ticket = await town.open({ email: false })
    await banIt('*@acme.test', 'A quarrel.')
    const mail = { key: '<1@acme.test>', tokens: [await town.token(ticket.id)], body: fromText('Please read this.') }
    await town.arrive(mail)
    await town.arrive({ ...mail, key: '<2@acme.test>' })
    const kept = () => town.store.read(q => bannedMails(q, '*@acme.test', 10))
    const [, first] = await kept()
    expect(first).toMatchObject({
      about: { from: 'Jane Doe <jane@acme.test>', text: 'Please read this.' },
      isWhole: true,
    })
    await town.store.write(tx => takeInBanned(tx, first?.id ?? '', actorOf(town.ann)))
    await town.arriveAgain(mail)
    expect((await town.messages(ticket.id)).at(-1)).toMatchObject({
      text: 'Please read this.',
      author_kind: 'customer',
    })
    expect(await kept()).toHaveLength(1)
    await expect(town.store.write(tx => takeInBanned(tx, first?.id ?? '', actorOf(town.ann)))).rejects.toThrow(
      'taken in already',
    )
    expect(await banned('jane@acme.test')).toBe(true)
    await town.store.write(tx => unban(tx, '*@acme.test', town.ann))
    expect((await town.store.read(q => searchBans(q, '', 10)))[0]).toMatchObject({ kept: 1, ended_at: town.clock.now })
  })
})
