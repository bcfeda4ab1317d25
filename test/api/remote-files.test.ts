import type { LookupAddress } from 'node:dns'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Fetching, fetchFiles } from '../../src/api/remote-files.ts'
import { MOST_BYTES } from '../../src/core/attachments.ts'
import type { Resolve } from '../../src/lib/outside.ts'
import { Problem, Problems } from '../../src/lib/problem.ts'

type Serve = (request: IncomingMessage, response: ServerResponse) => void

let serve: Serve = (_request, response) => response.end('a file')
let asked: string[] = []
let server: Server
let other: Server
let askedOther = 0
const portOf = (s: Server) => (s.address() as AddressInfo).port
const here = (path = '/') => `http://127.0.0.1:${portOf(server)}${path}`

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    serve(request, response)
  })
  other = createServer((_request, response) => {
    askedOther++
    response.end('secret')
  })
  await Promise.all([server, other].map(s => new Promise<void>(done => s.listen(0, '127.0.0.1', done))))
})
afterEach(() => {
  asked = []
  askedOther = 0
})
afterAll(() => {
  for (const s of [server, other]) {
    s.closeAllConnections()
    s.close()
  }
})

/** Fetches from this machine, as tests may. */
const fetchHere = (paths: string | string[] = '/', more: Partial<Fetching> = {}) =>
  fetchFiles(
    [paths].flat().map(p => (p.startsWith('/') ? here(p) : p)),
    { local: true, ...more },
  )

/** Why the files were not fetched, each with its field. */
async function whyNot(fetching: Promise<unknown>): Promise<string[]> {
  try {
    await fetching
    return []
  } catch (error) {
    const problems = error instanceof Problems ? error.problems : [error as Problem]
    for (const problem of problems) {
      expect(problem).toBeInstanceOf(Problem)
      expect([problem.code, problem.field]).toEqual(['invalid', 'attachmentUrls'])
    }
    return problems.map(p => p.message)
  }
}

const resolving =
  (...answers: LookupAddress[][]): Resolve =>
  (_hostname, _options, done) => {
    done(null, answers.length > 1 ? (answers.shift() as LookupAddress[]) : (answers[0] as LookupAddress[]))
  }

const LOOPBACK = [{ address: '127.0.0.1', family: 4 }]

describe('what is fetched', () => {
  it.each([
    ['/a/b/Report%20%C3%BC.pdf?x=1', {}, 'Report ü.pdf'],
    ['/x', { 'content-disposition': 'attachment; filename="in voice.pdf"' }, 'in voice.pdf'],
    ['/x', { 'content-disposition': `attachment; filename="a.pdf"; filename*=UTF-8''%E2%82%AC.pdf` }, '€.pdf'],
    ['/x', { 'content-disposition': `attachment; filename*=iso-8859-1'en'%A3.txt` }, '£.txt'],
    ['/x', { 'content-disposition': 'attachment; filename=../../../etc/passwd' }, 'passwd'],
    ['/x', { 'content-disposition': 'attachment; filename="C:\\\\temp\\\\a\\".exe"' }, 'a".exe'],
    ['/x', { 'content-disposition': Buffer.from('attachment; filename="ü.pdf"').toString('latin1') }, 'ü.pdf'],
    ['/x', { 'content-disposition': 'attachment; filename=".."' }, 'x'],
    ['/..%2f..%2fetc%2fshadow', {}, 'shadow'],
    ['/', {}, 'file'],
    ['/%E0%A4%A', {}, '%E0%A4%A'],
  ])('has the name that its server gives, else the last part of its path: %s %j', async (path, headers, name) => {
    serve = (_request, response) => response.writeHead(200, headers).end('x')
    expect((await fetchHere(path))[0]?.name).toBe(name)
  })

  it.each([
    ['Image/PNG; charset=x', 'image/png'],
    ['nonsense', 'application/octet-stream'],
    ['text/html\t, text/plain', 'application/octet-stream'],
  ])('has the type that its server gives, if it is one: %s', async (given, type) => {
    serve = (_request, response) => response.writeHead(200, { 'content-type': given }).end('x')
    expect((await fetchHere())[0]?.type).toBe(type)
  })

  it('comes in the order in which it was named, empty files, too', async () => {
    serve = (request, response) => {
      if (request.url === '/1') setTimeout(() => response.end('one'), 20)
      else response.end(request.url === '/3' ? '' : 'two')
    }
    const files = await fetchHere(['/1', '/2', '/3'])
    expect(files.map(f => f.bytes.toString())).toEqual(['one', 'two', ''])
    expect(await fetchFiles([], { local: false })).toEqual([])
  })

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('is unpacked where a server packs it all the same: %s', async (encoding, pack) => {
    serve = (_request, response) => response.writeHead(200, { 'content-encoding': encoding }).end(pack('packed'))
    expect((await fetchHere())[0]?.bytes.toString()).toBe('packed')
    serve = (_request, response) => response.writeHead(200, { 'content-encoding': encoding }).end('not packed')
    expect((await whyNot(fetchHere()))[0]).toMatch(/could not be read/)
  })

  it('is told where it failed, each with its URL', async () => {
    serve = (request, response) => {
      if (request.url === '/ok') response.end('ok')
      else if (request.url === '/cut')
        response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy())
      else response.writeHead(Number(request.url?.slice(1))).end('no')
    }
    expect(await whyNot(fetchHere(['/404', '/ok', '/204', '/500', '/cut']))).toEqual([
      `${here('/404')} was not fetched: It answered with 404.`,
      `${here('/204')} was not fetched: It answered with 204.`,
      `${here('/500')} was not fetched: It answered with 500.`,
      expect.stringMatching(`${here('/cut')} was not fetched: It could not be read`),
    ])
    expect(await whyNot(fetchHere(Array(11).fill('/')))).toEqual(['A message can carry 10 files; these are 11.'])
    expect((await whyNot(fetchHere('http://127.0.0.1:1/')))[0]).toContain('ECONNREFUSED')
  })
})

describe('a redirect', () => {
  const redirecting: Serve = (request, response) => {
    const left = Number(request.url?.slice(1))
    if (left) response.writeHead(302, { location: `/${left - 1}` }).end('elsewhere')
    else response.end('found')
  }

  it('is followed, three times at most', async () => {
    serve = redirecting
    expect((await fetchHere('/3'))[0]?.bytes.toString()).toBe('found')
    expect(await whyNot(fetchHere('/4'))).toEqual([
      `${here('/4')} was not fetched: It leads elsewhere more than 3 times.`,
    ])
    expect(asked).toHaveLength(8)
  })

  it.each([
    ['http://127.0.0.1:OTHER/', '127.0.0.1 is not in the public internet.'],
    ['http://localhost:OTHER/', 'localhost is not in the public internet.'],
    ['http://[::ffff:127.0.0.1]:OTHER/', '::ffff:7f00:1 is not in the public internet.'],
    ['http://2130706433:OTHER/', '127.0.0.1 is not in the public internet.'],
    ['//169.254.169.254/latest/meta-data', '169.254.169.254 is not in the public internet.'],
    ['http://[64:ff9b::7f00:1]/', '64:ff9b::7f00:1 is not in the public internet.'],
    ['http://100.64.0.1/', '100.64.0.1 is not in the public internet.'],
    ['https://u:p@files.tulip.test/', 'A name and a password in the address are not supported.'],
    ['file:///etc/passwd', 'The address must begin with https:// or http://.'],
    ['data:text/plain,hello', 'The address must begin with https:// or http://.'],
  ])('leads to no other place of this machine, and into no private network: %s', async (location, why) => {
    const to = location.replace('OTHER', String(portOf(other)))
    serve = (_request, response) => response.writeHead(302, { location: to }).end()
    expect(await whyNot(fetchHere())).toEqual([`${here()} was not fetched: It leads elsewhere: ${why}`])
    expect(askedOther).toBe(0)
  })

  it('that does not say where is none', async () => {
    serve = (request, response) => response.writeHead(301, request.url === '/bad' ? { location: 'http://[' } : {}).end()
    const why = 'It leads elsewhere, and does not say where.'
    expect(await whyNot(fetchHere(['/', '/bad']))).toEqual([
      `${here()} was not fetched: ${why}`,
      `${here('/bad')} was not fetched: ${why}`,
    ])
  })

  it('to a name that leads to this machine is not followed', async () => {
    serve = (_request, response) =>
      response.writeHead(302, { location: `http://files.tulip.test:${portOf(other)}/` }).end()
    expect(await whyNot(fetchHere('/', { resolve: resolving(LOOPBACK) }))).toEqual([
      `${here()} was not fetched: files.tulip.test leads into a private network.`,
    ])
    expect(askedOther).toBe(0)
  })
})

describe('a name', () => {
  const named = () => `http://files.tulip.test:${portOf(other)}/a`

  it.each([
    [LOOPBACK],
    [[{ address: '::1', family: 6 }]],
    [[{ address: '10.0.0.7', family: 4 }]],
    [[{ address: '::ffff:10.0.0.7', family: 6 }]],
    [[{ address: '2002:7f00:1::', family: 6 }]],
    [[{ address: '93.184.216.34', family: 4 }, ...LOOPBACK]],
  ])('that leads inside is not asked: %j', async addresses => {
    for (const local of [false, true])
      expect(await whyNot(fetchFiles([named()], { local, resolve: resolving(addresses) }))).toEqual([
        `${named()} was not fetched: files.tulip.test leads into a private network.`,
      ])
    expect(askedOther).toBe(0)
  })

  it('is looked up once, by the connection itself: what it leads to at the next moment does not count', async () => {
    let lookups = 0
    const unreachable = [{ address: '2a00:dead:beef::1', family: 6 }] // public, and nobody's
    const answers = resolving(unreachable, LOOPBACK)
    const resolve: Resolve = (...args) => {
      lookups++
      answers(...args)
    }
    const why = await whyNot(fetchFiles([named()], { local: false, resolve, patienceMs: 1_000 }))
    expect(why).toEqual([expect.stringContaining('was not fetched')])
    expect(why[0]).not.toContain('private network')
    expect([lookups, askedOther]).toEqual([1, 0])
    expect(await whyNot(fetchFiles([named()], { local: false, resolve }))).toEqual([
      `${named()} was not fetched: files.tulip.test leads into a private network.`,
    ])
    expect(askedOther).toBe(0)
  })

  it.each(['http://localhost/a', 'http://127.0.0.1/a', 'http://intranet/a', 'http://printer.local/a', 'nowhere'])(
    'of this machine is not asked unless that is allowed: %s',
    async url => {
      expect(await whyNot(fetchFiles([url], { local: false }))).toHaveLength(1)
      expect(asked).toEqual([])
    },
  )
})

describe('a file without end', () => {
  const ended = () => new Promise<void>(done => (onEnd = done))
  let onEnd = () => {}

  /** Writes for ever, as fast as it is read. */
  function endless(response: ServerResponse, chunk: Buffer): void {
    response.on('close', () => onEnd())
    const more = () => {
      while (!response.destroyed && response.write(chunk));
    }
    response.on('drain', more)
    more()
  }

  it('is given up once it is too large, and the connection ends', async () => {
    serve = (_request, response) => endless(response, Buffer.alloc(1024 * 1024))
    const closed = ended()
    expect(await whyNot(fetchHere())).toEqual([
      `${here()} was not fetched: It is too large: a message can carry 100.0 MB.`,
    ])
    await closed
  })

  it('is given up before it is read when it says how large it is', async () => {
    let written = 0
    serve = (_request, response) => {
      response.writeHead(200, { 'content-length': String(MOST_BYTES + 1) })
      response.on('close', () => onEnd())
      response.write(Buffer.alloc(1000))
      written = response.socket?.bytesWritten ?? 0
    }
    const closed = ended()
    expect((await whyNot(fetchHere()))[0]).toContain('It is too large')
    expect(written).toBeLessThan(10_000)
    await closed
  })

  it('shares its room with the others of the comment', async () => {
    serve = (_request, response) => response.end(Buffer.alloc(MOST_BYTES / 2 + 1))
    expect((await whyNot(fetchHere(['/1', '/2']))).every(why => why.includes('It is too large'))).toBe(true)
  })

  it('is counted as it is unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024)) // some 64 KB
    serve = (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.on('close', () => onEnd())
      response.write(bomb)
      response.write(bomb)
      response.write(bomb)
    }
    const closed = ended()
    expect((await whyNot(fetchHere()))[0]).toContain('It is too large')
    await closed
  })

  it('is given up when it takes too long, whether it says nothing or a little now and then', async () => {
    serve = (request, response) => {
      if (request.url === '/silent') return
      const drip = setInterval(() => response.write('.'), 20)
      response.on('close', () => clearInterval(drip))
    }
    expect(await whyNot(fetchHere(['/silent', '/drip'], { patienceMs: 300 }))).toEqual([
      `${here('/silent')} was not fetched: It took longer than 0.3 seconds.`,
      `${here('/drip')} was not fetched: It took longer than 0.3 seconds.`,
    ])
  })
})

it('of many comments at once all are fetched, some at a time', async () => {
  let atOnce = 0
  let most = 0
  serve = (_request, response) => {
    most = Math.max(most, ++atOnce)
    setTimeout(() => {
      atOnce--
      response.end('x')
    }, 5)
  }
  const all = await Promise.all(Array.from({ length: 40 }, () => fetchHere()))
  expect(all.every(files => files.length === 1)).toBe(true)
  expect(most).toBeLessThanOrEqual(8)
})
