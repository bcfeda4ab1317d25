import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { agentByHandle } from '../../../src/core/agents.ts'
import { MOST_BYTES } from '../../../src/core/attachments.ts'
import { grantsOf, setGrants } from '../../../src/core/permissions/grants.ts'
import { pruneUploads } from '../../../src/core/programs/uploads.ts'
import { type Program, programOf } from '../../support/program.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
let ann: Program
let ben: Program
let files: Server
let served = 0

beforeAll(async () => {
  world = await startWorld({ env: { HOOKS_LOCAL: 'true' } })
  ann = await programOf(world, world.ann)
  ben = await programOf(world, world.ben)
  await world.openTicket()
  await world.settle()
  files = createServer((_request, response) => {
    served++
    response.setHeader('content-type', 'application/pdf')
    response.end('%PDF-1.4 fetched')
  })
  await new Promise<void>(done => files.listen(0, '127.0.0.1', done))
})
afterAll(async () => {
  files?.close()
  await world?.close()
})

/** Hands files in, as `curl -F file=@name` does; returns their ids. */
async function upload(...contents: { name: string; type: string; text: string }[]): Promise<string[]> {
  const { status, body } = await ann.post('/v1/attachments', formOf(contents))
  expect(status).toBe(201)
  return body.data.map((f: { id: string }) => f.id)
}

function formOf(contents: { name: string; type: string; text: string }[]): FormData {
  const form = new FormData()
  form.append('note', 'a field that is no file')
  for (const { name, type, text } of contents) form.append('file', new Blob([text], { type }), name)
  return form
}

const fetchBytes = (id: string, by = ann) =>
  fetch(`${world.overture.url}/v1/attachments/${id}/content`, { headers: { 'x-api-key': by.key } })

describe('a file', () => {
  it('is handed in, described, and goes with a comment to the customer under the same id', async () => {
    const { status, body } = await ann.post(
      '/v1/attachments',
      formOf([
        { name: '../../Rechnung ü.pdf', type: 'application/pdf', text: '%PDF-1.4 one' },
        { name: 'page.html', type: 'text/html', text: '<script>alert(1)</script>' },
      ]),
    )
    expect(status).toBe(201)
    expect(body.data).toEqual([
      expect.objectContaining({ name: 'Rechnung ü.pdf', contentType: 'application/pdf', size: 12 }),
      expect.objectContaining({ name: 'page.html', contentType: 'text/html', size: 25 }),
    ])
    const [pdf, page] = body.data.map((f: { id: string }) => f.id)
    expect((await ann.get(`/v1/attachments/${pdf}`)).body.data).toEqual(body.data[0])
    const posted = await ann.post('/v1/tickets/SUP-1/comment', {
      content: 'Here is the invoice.',
      commentVisibility: 'public',
      attachmentIds: [pdf, page],
    })
    expect(posted.status).toBe(201)
    expect(posted.body.data.attachments).toEqual(body.data)
    await world.settle()
    const mail = world.jane.latest()
    expect(mail.attachments.map(a => a.name)).toEqual(['Rechnung ü.pdf', 'page.html'])
    expect(mail.content(0).toString()).toBe('%PDF-1.4 one')
    expect((await ann.get(`/v1/attachments/${pdf}`)).body.data).toEqual(body.data[0])
    const bytes = await fetchBytes(page as string)
    expect(await bytes.text()).toBe('<script>alert(1)</script>')
    expect(Object.fromEntries(bytes.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': expect.stringMatching(/^attachment; filename="page.html"/),
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'private, no-store',
    })
  })

  it('goes alone, without a word', async () => {
    const [id] = await upload({ name: 'a.txt', type: 'text/plain', text: 'alone' })
    const { status } = await ann.post('/v1/tickets/SUP-1/comment', { attachmentIds: [id], commentVisibility: 'public' })
    expect(status).toBe(201)
    await world.settle()
    expect(world.jane.latest().attachments.map(a => a.name)).toEqual(['a.txt'])
  })

  it('is in one message only, which is its own program’s', async () => {
    const [id] = await upload({ name: 'b.txt', type: 'text/plain', text: 'b' })
    const form = { content: 'x', attachmentIds: [id] }
    const others = await ben.post('/v1/tickets/SUP-1/comment', form)
    expect([others.status, others.body.errors[0].field]).toEqual([400, 'attachmentIds'])
    expect((await ben.get(`/v1/attachments/${id}`)).status).toBe(404)
    expect((await fetchBytes(id as string, ben)).status).toBe(404)
    expect((await ann.post('/v1/tickets/SUP-1/comment', form)).status).toBe(201)
    expect((await ann.post('/v1/tickets/SUP-1/comment', form)).status).toBe(400)
    expect((await ben.get(`/v1/attachments/${id}`)).status).toBe(200)
  })

  it('of a comment that is refused still waits', async () => {
    const [id] = await upload({ name: 'c.txt', type: 'text/plain', text: 'c' })
    const refused = await ann.post('/v1/tickets/SUP-1/comment', { content: 'x', attachmentIds: [id, 'nothing'] })
    expect(refused.status).toBe(400)
    expect((await ann.post('/v1/tickets/SUP-1/comment', { content: 'x', attachmentIds: [id] })).status).toBe(201)
  })

  it('is the same one for the same Idempotency-Key, and another is refused', async () => {
    const key = { 'idempotency-key': 'a file' }
    const form = (text: string) => formOf([{ name: 'd.txt', type: 'text/plain', text }])
    const first = await ann.post('/v1/attachments', form('d'), key)
    expect((await ann.post('/v1/attachments', form('d'), key)).body).toEqual(first.body)
    expect((await ann.post('/v1/attachments', form('e'), key)).status).toBe(409)
  })

  it('that no message takes within a day is forgotten, with its bytes', async () => {
    const { store } = world.overture
    const [waiting, twin] = [
      ...(await upload({ name: 'old.txt', type: 'text/plain', text: 'old bytes' })),
      ...(await upload({ name: 'same.txt', type: 'text/plain', text: 'same bytes' })),
    ]
    const [used] = await upload({ name: 'same.txt', type: 'text/plain', text: 'same bytes' })
    await ann.post('/v1/tickets/SUP-1/comment', { content: 'x', attachmentIds: [used] })
    const blobs = () => store.read(q => q.selectFrom('blobs').select('sha256').execute())
    const before = (await blobs()).length
    await store.write(pruneUploads)
    expect((await ann.get(`/v1/attachments/${waiting}`)).status).toBe(200)
    await store.write(tx => pruneUploads({ ...tx, now: tx.now + 25 * 3_600_000 }))
    for (const id of [waiting, twin]) expect((await ann.get(`/v1/attachments/${id}`)).status).toBe(404)
    expect(await (await fetchBytes(used as string)).text()).toBe('same bytes')
    expect((await blobs()).length).toBeLessThan(before)
  })

  it('is given out to whom may download it', async () => {
    const [id] = await upload({ name: 'f.txt', type: 'text/plain', text: 'f' })
    await ann.post('/v1/tickets/SUP-1/comment', { content: 'x', attachmentIds: [id] })
    await world.overture.store.write(tx =>
      tx.q.updateTable('agents').set({ role: 'admin' }).where('handle', '=', world.ann.id).execute(),
    )
    await world.overture.store.write(async tx => {
      const admin = (await agentByHandle(tx.q, world.ann.id))!
      await setGrants(tx, 'agent', { ...(await grantsOf(tx.q)).agent, download: 'none' }, admin)
    })
    expect((await ben.get(`/v1/attachments/${id}`)).status).toBe(200)
    const refused = await fetchBytes(id as string, ben)
    expect([refused.status, await refused.json()]).toEqual([
      403,
      expect.objectContaining({ message: expect.stringContaining('You may not download files of SUP-1.') }),
    ])
  })
})

describe('a large file', () => {
  const large = (bytes: number) => {
    const form = new FormData()
    form.append('file', new Blob([Buffer.alloc(bytes)], { type: 'application/zip' }), 'large.zip')
    return form
  }

  it('may be larger than any other request', async () => {
    const { status, body } = await ann.post('/v1/attachments', large(5 * 1024 * 1024))
    expect([status, body.data[0].size]).toEqual([201, 5 * 1024 * 1024])
  })

  it('is refused beyond what a message can carry', async () => {
    const { status, body } = await ann.post('/v1/attachments', large(MOST_BYTES + 1))
    expect([status, body.error]).toEqual([413, 'Payload Too Large'])
  })
})

describe('what is no file', () => {
  it('is refused in words', async () => {
    const none = await ann.post('/v1/attachments', formOf([]))
    expect([none.status, none.body.errors[0].field]).toEqual([400, 'file'])
    expect((await ann.post('/v1/attachments', { file: 'x' })).status).toBe(415)
    expect((await ann.post('/v1/attachments')).status).toBeLessThan(500)
    const many = Array.from({ length: 11 }, (_, i) => ({ name: `${i}.txt`, type: 'text/plain', text: 'x' }))
    expect((await ann.post('/v1/attachments', formOf(many))).status).toBe(413)
    const broken = { 'content-type': 'multipart/form-data; boundary=x' }
    for (const body of [
      '--x\r\nbroken',
      '--x--',
      '',
      '--x\r\ncontent-disposition: form-data; name="__proto__"\r\n\r\n1\r\n--x--',
    ])
      expect((await ann.post('/v1/attachments', body, broken)).status).toBeLessThan(500)
    expect((await ann.get('/v1/attachments/nothing')).status).toBe(404)
    expect((await fetchBytes('nothing')).status).toBe(404)
  })
})

describe('a file that is named by its URL', () => {
  const url = () => `http://127.0.0.1:${(files.address() as AddressInfo).port}/in/voice.pdf`

  it('is fetched and goes with the comment, once', async () => {
    const form = {
      content: 'By URL',
      commentVisibility: 'public',
      attachmentUrls: [url()],
      deDuplicationKey: 'by url',
    }
    const { status, body } = await ann.post('/v1/tickets/SUP-1/comment', form)
    expect(status).toBe(201)
    expect(body.data.attachments).toEqual([expect.objectContaining({ name: 'voice.pdf', size: 16 })])
    const fetched = served
    expect((await ann.post('/v1/tickets/SUP-1/comment', form)).body.data.id).toBe(body.data.id)
    expect(served).toBe(fetched)
    await world.settle()
    expect(world.jane.latest().content(0).toString()).toBe('%PDF-1.4 fetched')
  })

  it('is not even asked for when the comment is refused anyway', async () => {
    const before = served
    const form = { content: 'x', attachmentUrls: [url()] }
    expect((await ann.post('/v1/tickets/nothing/comment', form)).status).toBe(404)
    expect((await ann.post('/v1/tickets/SUP-1/comment', { ...form, parentCommentId: 'nothing' })).status).toBe(400)
    expect(served).toBe(before)
  })

  it('inside a private network is refused, and nothing is kept of the comment', async () => {
    const { status, body } = await ann.post('/v1/tickets/SUP-1/comment', {
      content: 'Never kept',
      attachmentUrls: [url(), 'http://169.254.169.254/latest', 'ftp://tulip.test/a', 'http://u:p@tulip.test/'],
    })
    expect(status).toBe(400)
    expect(body.errors).toEqual([
      {
        field: 'attachmentUrls',
        message: 'http://169.254.169.254/latest was not fetched: 169.254.169.254 is not in the public internet.',
      },
      {
        field: 'attachmentUrls',
        message: 'ftp://tulip.test/a was not fetched: The address must begin with https:// or http://.',
      },
      {
        field: 'attachmentUrls',
        message: 'http://u:p@tulip.test/ was not fetched: A name and a password in the address are not supported.',
      },
    ])
    const { body: all } = await ann.get('/v1/tickets/SUP-1/comments?limit=100')
    expect(all.data.some((c: { content: string }) => c.content === 'Never kept')).toBe(false)
  })
})
