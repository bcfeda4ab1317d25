import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { createClients } from '../../../src/channels/slack/clients.ts'
import type { Desk } from '../../../src/channels/slack/desk.ts'
import { downloadFiles } from '../../../src/channels/slack/files.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise(closed => server.close(closed))
})

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

it.each([
  ['tombstone', 'One of the files was deleted in Slack.'],
  ['hidden_by_limit', 'Slack hides one of the files, since the workspace holds more than its plan allows.'],
])('a file that Slack keeps from us (%s) is refused in plain words, never left out', async (mode, words) => {
  const slack = await serve((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ ok: true, file: { id: 'F1', mode } }))
  })
  const desk = { ...createClients('xoxb-secret', `${slack}/api/`), botToken: 'xoxb-secret' } as unknown as Desk
  await expect(downloadFiles(desk, ['F1'])).rejects.toMatchObject({ field: 'files', message: words })
})

it.each([
  { is_external: true, mode: 'external' },
  { is_external: false, mode: 'hosted' },
])('our token is not sent to where a linked file leads (%o)', async kind => {
  const asked: (string | undefined)[] = []
  const elsewhere = await serve((request, response) => {
    asked.push(request.headers.authorization)
    response.end('not a file of ours')
  })
  const slack = await serve((_request, response) => {
    response.setHeader('content-type', 'application/json')
    const file = {
      id: 'F1',
      name: 'order.txt',
      mimetype: 'text/plain',
      size: 18,
      url_private: `${elsewhere}/x`,
      ...kind,
    }
    response.end(JSON.stringify({ ok: true, file }))
  })
  const desk = { ...createClients('xoxb-secret', `${slack}/api/`), botToken: 'xoxb-secret' } as unknown as Desk
  await expect(downloadFiles(desk, ['F1'])).rejects.toThrow('it is a link, not a file')
  expect(asked).toEqual([])
})
