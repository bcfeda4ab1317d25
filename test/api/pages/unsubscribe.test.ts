import { fastify } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mountUnsubscribe } from '../../../src/api/pages/unsubscribe.ts'
import { unsubscribeToken } from '../../../src/core/tokens.ts'
import { unsubscribe, unsubscriptionOf } from '../../../src/core/unsubscriptions.ts'
import { newId } from '../../../src/lib/id.ts'
import { chromiumAvailable, launchChromium } from '../../support/browser.ts'
import { type ChatRows, chatRows } from '../../support/chat-rows.ts'
import { startTown, type Town } from '../../support/town.ts'

let town: Town
let chat: ChatRows
let url: string
let close: () => Promise<void>
beforeEach(async () => {
  town = await startTown()
  const ticket = await town.open()
  chat = await town.store.write(tx => chatRows(tx, ticket))
  const server = fastify()
  mountUnsubscribe(server, town.store)
  const host = await server.listen({ host: '127.0.0.1', port: 0 })
  url = `${host}/unsubscribe/${unsubscribeToken(town.store.key, chat.recipientId)}`
  close = () => server.close()
})
afterEach(async () => {
  await close()
  await town.close()
})

const FORM = 'application/x-www-form-urlencoded'
const post = (body: string, type = FORM) => fetch(url, { method: 'POST', body, headers: { 'content-type': type } })
const left = (kind = 'news') => town.store.read(q => unsubscriptionOf(q, 'jane@acme.test', kind))
const recipient = () =>
  town.store.read(q =>
    q.selectFrom('chat_recipients').selectAll().where('id', '=', chat.recipientId).executeTakeFirstOrThrow(),
  )

describe('the link to unsubscribe', () => {
  it('shows a page that asks, and unsubscribes nobody however often it is followed', async () => {
    for (const method of ['GET', 'HEAD', 'GET']) expect((await fetch(url, { method })).status).toBe(200)
    const page = await (await fetch(url)).text()
    expect(page).toContain('Support (support@tulip.test) sends mailings about “news” to j***@acme.test.')
    expect(page).not.toContain('jane@')
    expect(page.match(/<button[^>]*>[^<]*/g)).toEqual([
      '<button class="main" name="choice" value="kind">Unsubscribe',
      '<button name="choice" value="everything">Unsubscribe from everything',
    ])
    expect(await left()).toBeUndefined()
    expect((await recipient()).unsubscribed_at).toBeNull()
  })

  it('is a page that runs nothing, loads nothing, is kept nowhere and found by no search engine', async () => {
    const answer = await fetch(url)
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    )
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'private, no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex',
      'x-content-type-options': 'nosniff',
    })
    expect(await answer.text()).not.toMatch(/<script|<img|<link|https?:/i)
  })

  it('unsubscribes from the kind by its button, says so, and does so once', async () => {
    for (let i = 0; i < 2; i++) {
      const answer = await post('choice=kind')
      expect(answer.status).toBe(200)
      const page = await answer.text()
      expect(page).toContain('You are unsubscribed')
      expect(page).toContain('j***@acme.test does not get mailings about “news” from us any more.')
      expect(page).toContain('Subscribe again')
      town.clock.now += 60_000
    }
    expect(await left()).toMatchObject({
      kind: 'news',
      source: 'link',
      chat_id: chat.chatId,
      reason: 'They unsubscribed by the link in chat 1.',
    })
    expect(await left('product')).toBeUndefined()
    expect((await recipient()).unsubscribed_at).toBe(town.clock.now - 120_000)
  })

  it('unsubscribes from everything by the other one, also after the first', async () => {
    await post('choice=kind')
    expect(await (await fetch(url)).text()).toContain('Unsubscribe from everything')
    const page = await (await post('choice=everything')).text()
    expect(page).toContain('does not get any mailing from us any more.')
    expect(page).not.toContain('Unsubscribe from everything')
    expect(await left('anything')).toMatchObject({ kind: '*' })
  })

  it.each([
    [FORM, 'List-Unsubscribe=One-Click'],
    [
      'multipart/form-data; boundary=b1',
      '--b1\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b1--\r\n',
    ],
  ])('is taken with one click by mail programs, as %s', async (type, body) => {
    expect((await post(body, type)).status).toBe(200)
    expect(await left()).toMatchObject({ kind: 'news', source: 'one-click' })
  })

  it.skipIf(!chromiumAvailable())('works in a browser, under its own policy and by the keyboard alone', async () => {
    const browser = await launchChromium()
    const page = await browser.newPage({ colorScheme: 'dark' })
    const faults: string[] = []
    page.on('console', message => faults.push(message.text()))
    await page.goto(url)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'You are unsubscribed' }).waitFor()
    expect(await left()).toBeDefined()
    await page.getByRole('button', { name: 'Subscribe again' }).click()
    await page.getByRole('heading', { name: 'You are subscribed again' }).waitFor()
    expect(await left()).toBeUndefined()
    await browser.close()
    expect(faults).toEqual([])
  })

  it('takes it back by "Subscribe again", with a word on who said so', async () => {
    await post('choice=kind')
    await post('choice=everything')
    const page = await (await post('choice=again')).text()
    expect(page).toContain('You are subscribed again')
    expect(await left()).toBeUndefined()
    expect((await recipient()).unsubscribed_at).toBeNull()
    const lifts = await town.store.read(q => q.selectFrom('lifts').selectAll().execute())
    expect(lifts.map(l => l.what)).toEqual(['unsubscription', 'unsubscription'])
    expect((await post('choice=again')).status).toBe(200)
  })

  it('takes back nothing that a complaint or an agent decided', async () => {
    await town.store.write(tx =>
      unsubscribe(tx, { address: 'jane@acme.test', kind: '*', chatId: null, reason: 'Spam.', source: 'complaint' }),
    )
    expect(await (await fetch(url)).text()).not.toContain('Subscribe again')
    await post('choice=again')
    expect(await left()).toMatchObject({ source: 'complaint' })
  })

  it.each(['', 'choice=', 'choice=kind&x=1', 'choice[]=kind', 'List-Unsubscribe=No', 'x'.repeat(9_000)])(
    'changes nothing for a body that asks for nothing (%#)',
    async body => {
      const answer = await post(body)
      expect(answer.status).toBe(400)
      expect(await answer.text()).toContain('Unsubscribe?')
      expect(await left()).toBeUndefined()
    },
  )

  it('that we did not sign is no link, and unsubscribes nobody', async () => {
    const token = unsubscribeToken(town.store.key, chat.recipientId)
    const base = url.slice(0, -token.length)
    const wrong = [
      token.replace(/^./, c => (c === 'a' ? 'b' : 'a')),
      token.replace(/.$/, c => (c === 'a' ? 'b' : 'a')),
      token.slice(1),
      unsubscribeToken(Buffer.alloc(32), chat.recipientId),
      unsubscribeToken(town.store.key, newId()),
      '..%2F..%2Fetc',
    ]
    for (const t of wrong)
      for (const method of ['GET', 'POST']) {
        const body = method === 'POST' ? { body: 'choice=everything', headers: { 'content-type': FORM } } : {}
        expect((await fetch(base + t, { method, ...body })).status).toBe(404)
      }
    expect(await left()).toBeUndefined()
    expect((await fetch(base + token.toUpperCase())).status).toBe(200) // some mail systems change the case
  })

  it('says nothing of a team or an address as html', async () => {
    await town.store.write(tx => tx.q.updateTable('teams').set({ name: '<script>alert(1)</script>' }).execute())
    expect(await (await fetch(url)).text()).toContain('&lt;script&gt;')
  })
})
