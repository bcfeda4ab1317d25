import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf, setUsualSender } from '../../src/core/agents.ts'
import { fromText } from '../../src/core/document.ts'
import { historyOf } from '../../src/core/events.ts'
import { postMessage } from '../../src/core/messages/post.ts'
import { aliasesOf } from '../../src/core/senders/aliases.ts'
import { addSender, changeSender, removeSender, type SenderForm } from '../../src/core/senders/edit.ts'
import { isOurs, isOwnAddress, senderByAddress } from '../../src/core/senders/find.ts'
import { markSenderBroken } from '../../src/core/senders/health.ts'
import { usualSender } from '../../src/core/senders/usual.ts'
import { changeTeam } from '../../src/core/teams.ts'
import { welcome } from '../../src/core/welcome.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
beforeEach(async () => {
  town = await startTown()
})
afterEach(() => town.close())

const form = (address: string, more: Partial<SenderForm> = {}): SenderForm => ({
  teamId: town.team.id,
  address,
  name: '',
  smtpUrl: null,
  dkimSelector: null,
  dkimKey: null,
  ...more,
})
const add = (address: string, more?: Partial<SenderForm>) => town.store.write(tx => addSender(tx, form(address, more)))
const change = (id: string, address: string, more?: Partial<SenderForm>) =>
  town.store.write(tx => changeSender(tx, id, form(address, more)))
const receives = async (address: string) => (await town.store.read(q => senderByAddress(q, address)))?.address ?? null

it('a sender whose mail server is no address is refused under its field', async () => {
  await expect(add('sales@tulip.test', { smtpUrl: 'smtp://desk:pass#word@mail.test' })).rejects.toMatchObject({
    problems: [{ field: 'smtp_url', message: expect.stringContaining('%23 for #') }],
  })
})

describe('mail to a further address', () => {
  it("is the sender's: an alias before a catch-all, its own address before both", async () => {
    await add('sales@tulip.test', { aliases: 'Offers@tulip.test\n*@tulip.test, old@bulbs.test' })
    expect(await receives('offers@tulip.test')).toBe('sales@tulip.test')
    expect(await receives('Old+abc@Bulbs.test')).toBe('sales@tulip.test')
    expect(await receives('support@tulip.test')).toBe('support@tulip.test')
    expect(await receives('anything+at+all@tulip.test')).toBe('sales@tulip.test')
    expect(await receives('anything@bulbs.test')).toBeNull()
    expect(await receives('anything@eu.tulip.test')).toBeNull()
  })

  it('is found by a domain in letters of their own, as mail names it', async () => {
    const id = await add('Zwiebel@Knöllchen.test', { aliases: '@grün.test' })
    expect(await receives('zwiebel+abc@xn--knllchen-o4a.test')).toBe('zwiebel@xn--knllchen-o4a.test')
    expect(await receives('jemand@xn--grn-ioa.test')).toBe('zwiebel@xn--knllchen-o4a.test')
    await change(id, 'zwiebel@knöllchen.test')
    await expect(add('zwiebel@knöllchen.test')).rejects.toThrow('Another sender has this address.')
  })

  it('also when the own address has a plus, with a token behind it', async () => {
    await add('team+eu@tulip.test')
    expect(await receives('team+eu+abcdefgh@tulip.test')).toBe('team+eu@tulip.test')
    expect(await receives('team+us@tulip.test')).toBeNull()
  })

  it('reaches us under a catch-all without being an address that we write as', async () => {
    await change(town.senderId, 'support@tulip.test', { aliases: '*@tulip.test\nhelp@tulip.test' })
    const of = (address: string) =>
      town.store.read(async q => [await isOurs(q, address), await isOwnAddress(q, address)] as const)
    expect(await of('ann@tulip.test')).toEqual([true, false])
    expect(await of('help@tulip.test')).toEqual([true, true])
    expect(await of('jane@acme.test')).toEqual([false, false])
  })

  it('is known with umlauts in its domain, however it was entered', async () => {
    await add('hallo@blüten.test', { aliases: 'info@Blüten.test\n*@tülpe.test' })
    expect(await receives('hallo@xn--blten-lva.test')).toBe('hallo@xn--blten-lva.test')
    expect(await receives('info@xn--blten-lva.test')).toBe('hallo@xn--blten-lva.test')
    expect(await receives('any@xn--tlpe-0ra.test')).toBe('hallo@xn--blten-lva.test')
    const from = { address: 'hallo@blüten.test', name: '' } // as MAIL_FROM says at each start
    await town.store.write(tx => welcome(tx, { desk: null, from }))
  })

  it('opens a ticket of the team', async () => {
    await change(town.senderId, 'support@tulip.test', { aliases: '*@tulip.test' })
    await town.arrive({ key: '<a@acme.test>', to: ['whoever@tulip.test'] })
    const tickets = await town.store.read(q => q.selectFrom('tickets').selectAll().execute())
    expect(tickets).toMatchObject([{ identifier: 'SUP-1', sender_id: town.senderId }])
  })

  it.each([
    ['nonsense', '“nonsense” is no address, nor *@domain.'],
    ['a+b@tulip.test', 'a+b@tulip.test needs no line of its own: what stands behind a plus is never looked at.'],
    ['*@tulip', '“*@tulip” is no address, nor *@domain.'],
    ['support@tulip.test', 'support@tulip.test belongs to another sender.'],
  ])('entered as %s is refused under its field', async (aliases, message) => {
    await expect(add('sales@tulip.test', { aliases })).rejects.toMatchObject({
      problems: [{ field: 'aliases', message }],
    })
  })

  it('belongs to one sender, until that one is removed', async () => {
    const sales = await add('sales@tulip.test', { aliases: 'offers@tulip.test' })
    await expect(add('shop@tulip.test', { aliases: 'offers@tulip.test' })).rejects.toMatchObject({
      problems: [{ field: 'aliases', message: 'offers@tulip.test belongs to sales@tulip.test.' }],
    })
    await expect(add('offers@tulip.test')).rejects.toMatchObject({ problems: [{ field: 'address' }] })
    await town.store.write(tx => removeSender(tx, sales))
    expect(await receives('offers@tulip.test')).toBeNull()
    await add('offers@tulip.test')
  })

  it('is taken away and left as it was', async () => {
    const sales = await add('sales@tulip.test', { aliases: 'offers@tulip.test' })
    await change(sales, 'sales@tulip.test')
    expect(await town.store.read(q => aliasesOf(q, sales))).toEqual(['offers@tulip.test'])
    await change(sales, 'sales@tulip.test', { aliases: ' ' })
    expect(await town.store.read(q => aliasesOf(q, sales))).toEqual([])
  })
})

describe('the settings of a sender', () => {
  const key = '-----BEGIN PRIVATE KEY-----\nMII=\n-----END PRIVATE KEY-----'
  const faults = (more: Partial<SenderForm>) =>
    add('sales@tulip.test', more).then(
      () => [],
      error => error.problems.map((p: { field: string }) => p.field),
    )

  it('with a DKIM selector and no key are refused, since no mail would be signed', async () => {
    expect(await faults({ dkimSelector: 's1' })).toEqual(['dkim_key'])
    expect(await faults({ dkimKey: key })).toEqual(['dkim_selector'])
    const id = await add('sales@tulip.test', { dkimSelector: 's1', dkimKey: key })
    await change(id, 'sales@tulip.test', { dkimSelector: 's2' }) // the key that is stored
  })

  it.each(['a b', '-s1', 's1.', 'v=DKIM1'])('with %s for a DKIM selector are refused', async dkimSelector => {
    expect(await faults({ dkimSelector, dkimKey: key })).toEqual(['dkim_selector'])
  })

  it.each(['http://mail.tulip.test', 'smtp://', 'smtps://user:password@', 'smtp://mail.tulip.test:99999'])(
    'with %s for a mail server are refused',
    async smtpUrl => {
      expect(await faults({ smtpUrl })).toEqual(['smtp_url'])
    },
  )
})

describe('what a new ticket is sent from', () => {
  const usual = (agent: string | null = town.ann.id) => town.store.read(q => usualSender(q, town.team.id, agent))
  const teamUses = (senderId: string | null) =>
    town.store.write(tx =>
      changeTeam(tx, town.team.id, {
        name: 'Support',
        prefix: 'SUP',
        place: 'C0SUPPORT',
        replyMode: 'ask',
        holdMs: 0,
        signature: '',
        senderId,
      }),
    )
  const annUses = (senderId: string | null) =>
    town.store.write(tx => setUsualSender(tx, town.ann.id, town.team.id, senderId))

  it("is the agent's usual sender, else the team's, else the first that works", async () => {
    town.clock.now += 1
    const sales = await add('sales@tulip.test')
    town.clock.now += 1
    const vip = await add('vip@tulip.test')
    expect((await usual()).sender?.id).toBe(town.senderId)
    await teamUses(sales)
    await annUses(vip)
    expect((await usual()).sender?.id).toBe(vip)
    expect((await usual(town.ben.id)).sender?.id).toBe(sales)
    expect((await town.open()).sender_id).toBe(vip)
    expect((await town.open({ agent: town.ben })).sender_id).toBe(sales)
    await annUses(null)
    expect((await usual()).sender?.id).toBe(sales)
  })

  it('is another one while the usual one is broken, or when it is no more, and that is said', async () => {
    const vip = await add('vip@tulip.test')
    await annUses(vip)
    await town.store.write(tx => markSenderBroken(tx, vip, 'The password is wrong.'))
    expect(await usual()).toMatchObject({
      sender: { id: town.senderId },
      instead: 'Nothing can be sent from vip@tulip.test at the moment: The password is wrong.',
    })
    await town.store.write(tx => removeSender(tx, vip))
    expect(await usual()).toMatchObject({ sender: { id: town.senderId }, instead: 'vip@tulip.test was removed.' })
  })

  it("cannot be another team's", async () => {
    await expect(teamUses('nobody')).rejects.toMatchObject({ problems: [{ field: 'sender' }] })
    await expect(annUses('nobody')).rejects.toMatchObject({ field: `sender:${town.team.id}` })
  })

  it('of a ticket whose sender was removed is written into its history', async () => {
    const vip = await add('vip@tulip.test')
    const ticket = await town.open({ senderId: vip })
    await town.store.write(tx => removeSender(tx, vip))
    await town.store.write(tx =>
      postMessage(tx, {
        ticketId: ticket.id,
        author: actorOf(town.ann),
        body: fromText('One more thing.'),
        visibility: 'public',
      }),
    )
    const replaced = (await town.store.read(q => historyOf(q, ticket.id))).find(e => e.kind === 'sender_replaced')
    expect(replaced).toMatchObject({
      before: '{"sender":"vip@tulip.test"}',
      after: '{"sender":"support@tulip.test"}',
    })
  })
})
