import Fastify from 'fastify'
import { afterEach, expect, test } from 'vitest'
import { mountSlack } from '../../../src/sandbox/slack/http.ts'
import type { SlackSnapshot } from '../../../src/sandbox/slack/types.ts'
import { boltOn, closeAll, slackFor } from './support.ts'

const apps: ReturnType<typeof Fastify>[] = []
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close()
  await closeAll()
})

async function page() {
  const slack = await slackFor()
  const app = Fastify()
  apps.push(app)
  mountSlack(app, slack)
  const url = `${await app.listen({ port: 0, host: '127.0.0.1' })}/sandbox/slack`
  const post = async (path: string, body: object) => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: await response.json() }
  }
  return { slack, url, post, ann: `/as/${slack.user('Ann').id}` }
}

test('the page sees what one user sees, and changes as they come', async () => {
  const { slack, url, post, ann } = await page()
  const events = await fetch(`${url}/events`)
  const reader = (events.body as ReadableStream<Uint8Array>).getReader()
  const channel = slack.channel('support').id
  await reader.read()
  const said = await post(`${ann}/say`, { channel, text: 'Hi', files: [{ name: 'a.txt', base64: 'aGVsbG8=' }] })
  expect(said).toMatchObject({ status: 200, body: { text: 'Hi', files: [{ name: 'a.txt', size: 5 }] } })
  expect(new TextDecoder().decode((await reader.read()).value)).toContain(`"channel":"${channel}"`)
  const snapshot = (await (await fetch(`${url}${ann}`)).json()) as SlackSnapshot
  expect(snapshot).toMatchObject({
    me: { name: 'ann' },
    app: {
      name: 'Overture',
      hasHome: true,
      commands: expect.arrayContaining([expect.objectContaining({ command: '/ticket' })]),
      connections: 0,
    },
    messages: { [channel]: [{ text: 'Hi' }] },
    modals: [],
    home: null,
  })
  expect(snapshot.channels.map(c => c.name)).toEqual(['general', 'support', 'escalations', 'acme-and-tulip'])
  const ben = (await (await fetch(`${url}/as/Ben`)).json()) as SlackSnapshot
  expect(ben.channels.find(c => c.id === channel)?.unread).toBe(1)
  const file = await fetch(`${new URL(url).origin}${said.body.files[0].pageUrl}`)
  expect(await file.text()).toBe('hello')
  await reader.cancel()
})

test('a form is opened, filled and submitted over HTTP, and what Slack refuses has a code', async () => {
  const { slack, post, ann } = await page()
  await boltOn(slack, app => {
    app.command('/ticket', async ({ ack, client, body }) => {
      await ack()
      const label = { type: 'plain_text', text: 'Subject' }
      const element = { type: 'plain_text_input', action_id: 'subject' }
      const blocks = [{ type: 'input', block_id: 'subject', label, element }]
      const view = { type: 'modal', callback_id: 'form', title: label, submit: label, blocks }
      await client.views.open({ trigger_id: body.trigger_id, view: view as never })
    })
    app.view('form', async ({ ack }) => ack())
  })
  const channel = slack.channel('support').id
  expect(await post(`${ann}/command`, { line: '/ticket', channel })).toEqual({ status: 200, body: {} })
  expect((await post(`${ann}/choose`, { key: 'subject', entry: 'Hello' })).body).toMatchObject({ title: 'Subject' })
  expect((await post(`${ann}/submit`, {})).body).toMatchObject({ became: 'closed' })
  expect(await post(`${ann}/command`, { line: '/nothing', channel })).toMatchObject({
    status: 400,
    body: { code: 'unknown_command' },
  })
  expect((await post('/as/nobody/say', { channel, text: 'x' })).status).toBe(404)
})
