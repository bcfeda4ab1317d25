import { fastify } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mountFiles } from '../../../src/api/pages/files.ts'
import { fileToken, LINK_MS, linkTo, readFileToken } from '../../../src/core/links.ts'
import { startTown, type Town } from '../../support/town.ts'

let town: Town
const server = () => {
  const http = fastify()
  mountFiles(http, town.store)
  return http
}
beforeEach(async () => {
  town = await startTown()
})
afterEach(() => town.close())

const store = async (name: string, type: string, content = 'nine tulips') => {
  await town.open({ files: [{ name, type, bytes: Buffer.from(content) }] })
  const row = await town.store.read(q => q.selectFrom('attachments').select('id').executeTakeFirstOrThrow())
  return row.id
}
const get = (token: string, method: 'GET' | 'HEAD' = 'GET') => server().inject({ method, url: `/files/${token}` })
const tokenFor = (id: string, ms = LINK_MS) => fileToken(town.store.key, id, town.clock.now + ms)

describe('a link to a file', () => {
  it('gives the file as a download that is kept nowhere and never run', async () => {
    const id = await store('invoice.pdf', 'application/pdf')
    const answer = await get(tokenFor(id))
    expect(answer.statusCode).toBe(200)
    expect(answer.body).toBe('nine tulips')
    expect(answer.headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-length': '11',
      'content-disposition': `attachment; filename="invoice.pdf"; filename*=UTF-8''invoice.pdf`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
      'content-security-policy': "default-src 'none'; sandbox",
      'referrer-policy': 'no-referrer',
    })
  })

  it.each(['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/plain\r\nX-Evil: 1'])(
    'gives %s as bytes',
    async type => {
      const answer = await get(tokenFor(await store('page.html', type, '<script>alert(1)</script>')))
      expect(answer.headers['content-type']).toBe('application/octet-stream')
      expect(answer.headers['content-disposition']).toMatch(/^attachment;/)
      expect(answer.headers['x-evil']).toBeUndefined()
    },
  )

  it('names the file in full, and in ASCII for old programs, whatever the name holds', async () => {
    const id = await store('Rechnung „März“ 100%; a="b"\\(1).pdf', 'application/pdf')
    expect((await get(tokenFor(id))).headers['content-disposition']).toBe(
      `attachment; filename="Rechnung _M_rz_ 100_; a=_b__(1).pdf"; filename*=UTF-8''Rechnung%20%E2%80%9EM%C3%A4rz%E2%80%9C%20100%25%3B%20a%3D%22b%22%5C%281%29.pdf`,
    )
  })

  it('is over after its time, with a page that says what to do', async () => {
    const token = tokenFor(await store('invoice.pdf', 'application/pdf'))
    town.clock.now += LINK_MS - 1_000
    expect((await get(token)).statusCode).toBe(200)
    town.clock.now += 2_000
    const answer = await get(token)
    expect(answer.statusCode).toBe(410)
    expect(answer.body).toContain('Answer the mail that it came with')
  })

  it('is over when its message was deleted', async () => {
    const token = tokenFor(await store('invoice.pdf', 'application/pdf'))
    await town.store.write(tx => tx.q.updateTable('messages').set({ deleted_at: 1 }).execute())
    expect((await get(token)).statusCode).toBe(410)
  })

  it('that we did not sign is no link: another file, a later end, other letters', async () => {
    const id = await store('invoice.pdf', 'application/pdf')
    const [file, until, mark] = tokenFor(id).split('.') as [string, string, string]
    const later = (Number.parseInt(until, 36) + 1).toString(36)
    const wrong = [
      `${file.replace(/.$/, c => (c === '0' ? '1' : '0'))}.${until}.${mark}`,
      `${file}.${later}.${mark}`,
      `${file}.${until}.${mark.replace(/^./, c => (c === 'a' ? 'b' : 'a'))}`,
      `${file}.${until}`,
      '..%2F..%2Fetc%2Fpasswd',
      `${'9'.repeat(90)}`,
    ]
    for (const token of wrong) expect((await get(token)).statusCode).toBe(404)
    expect(readFileToken(Buffer.alloc(32), tokenFor(id))).toBeNull()
  })

  it('asked for without the file says how large it is', async () => {
    const answer = await get(tokenFor(await store('invoice.pdf', 'application/pdf')), 'HEAD')
    expect([answer.statusCode, answer.headers['content-length'], answer.body]).toEqual([200, '11', ''])
  })

  it('exists only where we can be reached from outside', () => {
    const files = { mailBytes: 1, publicUrl: 'https://desk.tulip.test/' }
    expect(linkTo({ key: town.store.key, files }, '0199b000-0000-7000-8000-000000000001', 1)?.url).toMatch(
      /^https:\/\/desk\.tulip\.test\/files\/0199b0000000700080000000000000?01\./,
    )
    expect(linkTo({ key: town.store.key, files: { ...files, publicUrl: null } }, 'x', 1)).toBeNull()
  })
})
