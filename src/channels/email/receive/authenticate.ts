import { Resolver } from 'node:dns/promises'
import { Readable } from 'node:stream'
import type { AuthResults } from '../read/trust/auth-results.ts'
import type { Envelope } from './recipients.ts'

/** Answers a DNS question as `dns.promises.resolve` does: rejects with a code such as ENOTFOUND. */
export type Resolve = (name: string, type: string) => Promise<unknown>

export interface AuthenticateOptions {
  resolve?: Resolve
  deadlineMs?: number
}

const DEADLINE_MS = 3_000
const MOST_SIGNATURES = 10 // each may ask for a hash of the whole body and a look-up
const LONGEST_HEADER = 256 * 1024
const PIECE = 64 * 1024
const CR = 13
const LF = 10

/** The outcome where no check came to an end: it says neither yes nor no. */
const NOTHING: AuthResults = {
  spf: { result: 'temperror', domain: '' },
  dkim: [],
  dmarc: { result: 'temperror', domain: '' },
  login: null,
}

/**
 * SPF, DKIM and DMARC of a mail that a stranger's host handed to our own listener, where its address and the envelope are
 * known (RFC 7208, 6376, 7489). Never rejects, and takes no longer than the deadline: what is not known by then is
 * `temperror`.
 */
export async function authenticate(
  raw: Buffer,
  envelope: Envelope,
  { resolve, deadlineMs = DEADLINE_MS }: AuthenticateOptions = {},
): Promise<AuthResults> {
  const checkable = signedByFew(raw)
  if (!checkable) return NOTHING
  const library = await import('mailauth') // it takes a while to load, and few need it
  const resolver = new Resolver({ timeout: 1_000, tries: 2 })
  const late = new AbortController()
  const ask: Resolve = (name, type) => {
    if (late.signal.aborted) return Promise.reject(Object.assign(new Error('too late'), { code: 'ETIMEOUT' }))
    return resolve ? resolve(name, type) : resolver.resolve(name, type)
  }
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<AuthResults>(done => {
    timer = setTimeout(() => {
      late.abort()
      resolver.cancel()
      done(NOTHING)
    }, deadlineMs)
  })
  try {
    const found = library.authenticate(Readable.from(piecesOf(checkable, late.signal)), {
      ip: envelope.remote ?? '',
      helo: envelope.helo ?? '',
      sender: envelope.from ?? '',
      mta: 'overture',
      disableArc: true,
      disableBimi: true,
      resolver: ask as never, // its type leaves out what MX answers
    })
    return await Promise.race([deadline, found.then(f => resultsOf(f as unknown as Found))])
  } catch {
    return NOTHING
  } finally {
    clearTimeout(timer)
  }
}

interface Checkable {
  header: Buffer // with its end
  body: Buffer
}

/** Piece by piece, so that a large mail stops neither the rest of the process nor the deadline, which ends it. */
async function* piecesOf({ header, body }: Checkable, late: AbortSignal): AsyncGenerator<Buffer> {
  yield header
  for (let at = 0; at < body.length; at += PIECE) {
    if (late.aborted) throw new Error('too late')
    yield withCrlf(body.subarray(at, at + PIECE), body[at - 1])
    await new Promise(resolve => setImmediate(resolve))
  }
}

/**
 * The mail without signatures that cover only a part of it (`l=`), which prove little and cost a hash of the whole each.
 * Null when its header has no end or there are too many left.
 */
function signedByFew(raw: Buffer): Checkable | null {
  const start = raw.toString('latin1', 0, LONGEST_HEADER)
  const end = /\n\r?\n/.exec(start)
  if (!end) return null
  const signature = /^DKIM-Signature[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*/gim
  let count = 0
  const header = start.slice(0, end.index + 1).replace(signature, field => {
    if (/[:;]\s*l\s*=/i.test(field)) return ''
    count++
    return field
  })
  if (count > MOST_SIGNATURES) return null
  const body = raw.subarray(end.index + end[0].length)
  return { header: Buffer.from(`${header.replace(/\r?\n/g, '\r\n')}\r\n`, 'latin1'), body }
}

/** With CRLF line ends, which is how it was signed; `before` is the byte that stands before the piece. */
function withCrlf(piece: Buffer, before: number | undefined): Buffer {
  const out = Buffer.allocUnsafe(piece.length * 2)
  let length = 0
  let last = before
  for (const byte of piece) {
    if (byte === LF && last !== CR) out[length++] = CR
    out[length++] = byte
    last = byte
  }
  return out.subarray(0, length)
}

function resultsOf({ spf, dkim, dmarc }: Found): AuthResults {
  return {
    spf: spf ? { result: spf.status.result, domain: spf.domain ?? '' } : null,
    dkim: (dkim?.results ?? [])
      .filter(r => r.status.result !== 'none')
      .map(r => ({ result: dkimResult(r.status), domain: r.signingDomain ?? '' })),
    dmarc: dmarc ? { result: dmarc.status.result, domain: dmarc.domain ?? '' } : null,
    login: null,
  }
}

interface Found {
  spf?: { status: Status; domain?: string } | false
  dkim?: { results?: { status: Status; signingDomain?: string }[] }
  dmarc?: { status: Status; domain?: string } | false
}

interface Status {
  result: string
  comment?: string | false
}

/** A body that was changed is `neutral` to the library; RFC 8601, 2.7.1, calls that a failure. */
function dkimResult({ result, comment }: Status): string {
  return result === 'neutral' && /did not verify|bad signature/i.test(comment || '') ? 'fail' : result
}
