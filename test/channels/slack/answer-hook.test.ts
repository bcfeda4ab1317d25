import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MessageView } from '../../../src/sandbox/slack/types.ts'
import { wordsOf } from '../../support/desk.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
let server: Server
let url = ''
let status = 200
const got: unknown[] = []
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', chunk => {
      body += chunk
    })
    request.on('end', () => {
      got.push({ path: request.url, type: request.headers['content-type'], ...JSON.parse(body) })
      response.writeHead(status, { location: 'http://127.0.0.1:1/elsewhere' }).end()
    })
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path`
  world = await startWorld({ env: { HOOKS_LOCAL: 'true' } })
})
afterAll(async () => {
  await world.close()
  server.close()
})

const team = () => world.overture.store.read(q => q.selectFrom('teams').selectAll().executeTakeFirstOrThrow())
const waiting = () => world.overture.store.read(q => q.selectFrom('answer_posts').selectAll().execute())
const form = async (says = 'Add a team') => {
  const { ann, slack } = world
  if (!ann.home()) await ann.openHome()
  const home = await slack.until(() => ann.home())
  await ann.click({ view: home.id }, 'home_tab:setup')
  await slack.until(() => wordsOf(ann.home()).includes(says))
  await ann.click({ view: home.id }, 'edit_team')
  await slack.until(() => ann.modals().length === 1)
  await ann.click({ view: ann.modal().id }, 'answer_hook')
  await slack.until(() => ann.modal().title === 'Webhook for answers')
  return ann.modal()
}
const answered = async (card: MessageView, text: string) => {
  const { jane, slack } = world
  await jane.reply(await slack.until(() => jane.inbox.find(m => m.subject.includes('Your order'))), { text })
  await slack.until(() => world.thread(card.ts).find(m => wordsOf(m).includes(text)))
}

describe('word of a customer’s answer', () => {
  it('is refused an address that is not one of the web', async () => {
    const { ann } = world
    await form()
    expect((await ann.submit({ url: 'https://10.0.0.1/a' })).errors).toEqual({
      url: '10.0.0.1 is not in the public internet.',
    })
    await ann.submit({ url })
    await world.slack.until(() => ann.modal().title === 'Team')
    await ann.close({ all: true })
    expect((await team()).hook_url).not.toContain('secret-path')
  })

  it('is posted once, with the link to the thread, when the customer writes, and not when we do', async () => {
    const { ann, slack } = world
    const card = await world.openTicket()
    await world.settle()
    await ann.say({ channel: 'support', thread_ts: card.ts, text: 'note: nothing of this' })
    await answered(card, 'Where is it?')
    await slack.until(() => got.length === 1)
    expect(got[0]).toEqual({
      path: '/secret-path',
      type: 'application/json; charset=utf-8',
      identifier: 'SUP-1',
      subject: 'Your order',
      customer: 'Jane Doe <jane@acme.test>',
      link: `https://tulip.slack.com/archives/${slack.channel('support').id}/p${card.ts.replace('.', '')}`,
    })
    await slack.until(async () => (await waiting()).length === 0)
    expect((await team()).hook_problem).toBeNull()
  })

  it('waits while it is not taken, without following a redirect, says so in Set-up, and goes out in the end', async () => {
    const { ann, slack } = world
    status = 302
    const card = slack.channel('support').messages()[0] as MessageView
    await answered(card, 'Hello?')
    await slack.until(async () => (await team()).hook_problem === 'Word of SUP-1 waits: It answered with 302.')
    const shown = await form('Word of SUP-1 waits')
    expect(wordsOf(shown)).toContain('It answered with 302.')
    expect(wordsOf(shown)).toContain('127.0.0.1')
    expect(wordsOf(shown)).not.toContain('secret-path')
    await ann.close({ all: true })
    status = 200
    await slack.until(async () => (await waiting()).length === 0)
    expect((await team()).hook_problem).toBeNull()
  })

  it('is forgotten with its address', async () => {
    const { ann, slack } = world
    status = 500
    await answered(slack.channel('support').messages()[0] as MessageView, 'Anybody?')
    await slack.until(async () => (await team()).hook_problem !== null)
    const { id } = await form()
    await ann.click({ view: id }, 'forget_hook')
    await slack.until(() => wordsOf(ann.modal()).includes('posted nowhere'))
    expect(await waiting()).toEqual([])
    expect(await team()).toMatchObject({ hook_url: null, hook_problem: null })
  })
})
