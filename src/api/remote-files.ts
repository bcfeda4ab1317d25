import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import type { Dispatcher } from 'undici'
import { MOST_BYTES, MOST_FILES } from '../core/attachments.ts'
import type { NewFile } from '../core/view.ts'
import { atMost } from '../lib/at-most.ts'
import { sizeWords } from '../lib/bytes.ts'
import { cut } from '../lib/cut.ts'
import { cleanName } from '../lib/file-name.ts'
import type { Resolve } from '../lib/outside.ts'
import { Problem, Problems } from '../lib/problem.ts'
import { hostOf, isLoopback, whyNotFetched } from '../lib/public-address.ts'

const PATIENCE_MS = 30_000 // for all of them
const MOST_REDIRECTS = 3
const inTurn = atMost(8) // requests: the files of each may be 100 MB

export interface Fetching {
  local: boolean // also from this machine, where the caller names it
  resolve?: Resolve // absent: the system's
  patienceMs?: number
}

/**
 * Fetches files that somebody names by their URLs, in this order, from public places only, redirects included. Throws
 * Problems under `attachmentUrls` that say which could not be fetched and why, and for more than a message can carry.
 */
export async function fetchFiles(urls: string[], fetching: Fetching): Promise<NewFile[]> {
  if (!urls.length) return []
  if (urls.length > MOST_FILES)
    throw new Problem('invalid', `A message can carry ${MOST_FILES} files; these are ${urls.length}.`, 'attachmentUrls')
  return inTurn(() => fetchAll(urls, fetching))
}

async function fetchAll(urls: string[], { local, resolve, patienceMs = PATIENCE_MS }: Fetching): Promise<NewFile[]> {
  const { createOutside } = await import('../lib/outside.ts')
  const outside = createOutside(resolve)
  const ending = new AbortController()
  const timer = setTimeout(() => ending.abort(), patienceMs)
  const round: Round = { outside, local, signal: ending.signal, room: MOST_BYTES, patienceMs }
  try {
    const fetched = await Promise.allSettled(urls.map(url => fetchFile(url, round)))
    const faults = fetched.flatMap((f, i) => (f.status === 'rejected' ? [faultOf(f.reason, urls[i] ?? '', round)] : []))
    if (faults.length) throw new Problems(faults)
    return fetched.flatMap(f => (f.status === 'fulfilled' ? [f.value] : []))
  } finally {
    clearTimeout(timer)
    ending.abort()
    await outside.destroy()
  }
}

/** What the files of one request share. */
interface Round {
  outside: Dispatcher
  local: boolean
  signal: AbortSignal
  room: number // bytes that may still be read
  patienceMs: number
}

/** Why a file is not fetched, a finished sentence. */
class Unfetched extends Error {
  override name = 'Unfetched'
}

/** Whether it is a fault of the caller, or the far side's, a person must be told; anything else is a fault of ours. */
function faultOf(error: unknown, url: string, { signal, patienceMs }: Round): Problem {
  const why =
    error instanceof Unfetched
      ? error.message
      : signal.aborted
        ? `It took longer than ${patienceMs / 1000} seconds.`
        : whyFailed(error)
  return new Problem('invalid', `${cut(url, 200)} was not fetched: ${why}`, 'attachmentUrls')
}

function whyFailed(error: unknown): string {
  const { name, message, code } = error as Error & { code?: string }
  return name === 'NotPublic' ? message : `It could not be read (${code ?? name}).`
}

async function fetchFile(given: string, round: Round): Promise<NewFile> {
  let url = given
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    // what this machine says is asked only where the caller names it: a redirect leads to no other place of it
    const mayBeLocal = round.local && originOf(url) === originOf(given)
    const refusal = whyNotFetched(url, mayBeLocal)
    if (refusal) throw new Unfetched(redirects ? `It leads elsewhere: ${refusal}` : refusal)
    const answer = await ask(url, round, mayBeLocal && isLoopback(hostOf(url)))
    const next = redirectOf(answer, url)
    if (next === undefined) return readFile(answer, url, round)
    answer.body.on('error', () => {}).destroy()
    url = next
  }
  throw new Unfetched(`It leads elsewhere more than ${MOST_REDIRECTS} times.`)
}

function originOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).origin : null
}

async function ask(url: string, { outside, signal }: Round, isLocal: boolean): Promise<Dispatcher.ResponseData> {
  const { request, getGlobalDispatcher } = await import('undici')
  return request(url, {
    headers: { 'user-agent': 'Overture', accept: '*/*', 'accept-encoding': 'identity' },
    signal,
    dispatcher: isLocal ? getGlobalDispatcher() : outside,
  })
}

function redirectOf({ statusCode, headers }: Dispatcher.ResponseData, url: string): string | undefined {
  if (![301, 302, 303, 307, 308].includes(statusCode)) return undefined
  const location = one(headers.location)
  if (!location || !URL.canParse(location, url)) throw new Unfetched('It leads elsewhere, and does not say where.')
  return new URL(location, url).href
}

async function readFile(answer: Dispatcher.ResponseData, url: string, round: Round): Promise<NewFile> {
  const { statusCode, headers, body } = answer
  try {
    if (statusCode !== 200) throw new Unfetched(`It answered with ${statusCode}.`)
    if (Number(one(headers['content-length']) ?? 0) > round.room) throw new Unfetched(TOO_LARGE)
    const bytes = await bytesOf(decoded(body, one(headers['content-encoding'])), round)
    return { name: nameOf(one(headers['content-disposition']), url), type: typeOf(one(headers['content-type'])), bytes }
  } catch (error) {
    body.on('error', () => {}).destroy()
    throw error
  }
}

const TOO_LARGE = `It is too large: a message can carry ${sizeWords(MOST_BYTES)}.`

/** Nobody was asked to compress it; who does so all the same is understood, and counted as it is unpacked. */
function decoded(body: Readable, encoding = 'identity'): Readable {
  const coding = encoding.trim().toLowerCase()
  if (coding === 'identity' || coding === '') return body
  const unpack = { gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress }
  const create = unpack[coding as keyof typeof unpack]
  if (!create) throw new Unfetched(`It comes packed as ${cut(coding, 40)}, which we do not know.`)
  const unpacked = create()
  pipeline(body, unpacked, () => {}) // what goes wrong is told by the reader
  return unpacked
}

async function bytesOf(stream: Readable, round: Round): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) {
    round.room -= (chunk as Buffer).length
    if (round.room < 0) throw new Unfetched(TOO_LARGE)
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}

function typeOf(header = ''): string {
  const type = header.split(';')[0]?.trim().toLowerCase() ?? ''
  return /^[\w.+-]{1,80}\/[\w.+-]{1,120}$/.test(type) ? type : 'application/octet-stream'
}

/** The name that the server gives (RFC 6266), else the last part of the path. */
function nameOf(disposition: string | undefined, url: string): string {
  const last = new URL(url).pathname.split('/').at(-1) ?? ''
  return cleanName(namedBy(disposition ?? '')) || cleanName(unescaped(last)) || 'file'
}

const PARAMETER = /;\s*(filename\*?)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]*))/gi

function namedBy(disposition: string): string {
  const named = new Map<string, string>()
  for (const [, name = '', quoted, token = ''] of disposition.slice(0, 2000).matchAll(PARAMETER))
    named.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? token)
  const [, charset = '', text = ''] = /^([\w-]*)'[^']*'(.*)$/s.exec(named.get('filename*') ?? '') ?? []
  if (text) return /^utf-8$/i.test(charset) ? unescaped(text) : inLatin1(text)
  return inUtf8(named.get('filename') ?? '')
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Latin-1, which RFC 5987 has beside UTF-8. */
function inLatin1(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** Headers are read as Latin-1; many servers write UTF-8 all the same. */
function inUtf8(text: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'latin1'))
  } catch {
    return text
  }
}
