import { domainOf } from '../../../../core/addresses.ts'
import type { Trust } from '../../../../core/arrival.ts'
import { type Mailbox, readAddressList } from '../../address.ts'
import type { Envelope } from '../../receive/recipients.ts'
import type { Mail } from '../decode/parse.ts'
import { type AuthResults, type DomainResult, readAuthResults } from './auth-results.ts'

/** What is looked at to judge whether a mail is from whom it says. */
export interface Claim {
  mail: Pick<Mail, 'raw' | 'headers'>
  envelope: Envelope
  author: Mailbox // of From
  authservIds: string[] // whose Authentication-Results are believed; lower-case
}

const UNKNOWN: Trust = { verdict: 'unknown', says: '' }

/**
 * Whether a mail is from its author: by our own check where it came to our listener from outside, else by what the
 * operator's mail system wrote into it. Nothing that the sender could have written counts.
 */
export function trustOf({ mail, envelope, author, authservIds }: Claim): Trust {
  const isDirect = envelope.by === 'smtp' && !envelope.relay
  const results = isDirect ? envelope.auth : foundIn(mail.raw, authservIds)
  if (!results) return UNKNOWN
  const domains = (mail.headers.get('from') ?? []).flatMap(readAddressList).map(a => domainOf(a.address))
  if (new Set(domains).size > 1) return { verdict: 'unknown', says: 'It names more than one author.' }
  return verdictOf(results, author)
}

/** One who wrote for another: whatever vouches for the writer says nothing of that one. */
export function inTheNameOf(writer: Mailbox, other: Mailbox): Trust {
  return { verdict: 'unknown', says: `${writer.address} sent it in the name of ${other.name || other.address}.` }
}

/** SPF, DKIM and DMARC in one word. DMARC decides where the domain has a policy; else a pass that is aligned with From. */
export function verdictOf({ spf, dkim, dmarc, login }: AuthResults, author: Mailbox): Trust {
  const domain = domainOf(author.address)
  const who = author.name || author.address
  const isAligned = (r: DomainResult | null) => r !== null && aligned(r.domain, domain)
  const byDmarc = dmarc && (!dmarc.domain || isAligned(dmarc)) ? dmarc.result : ''
  const signed = dkim.some(r => r.result === 'pass' && isAligned(r))
  const sent = spf?.result === 'pass' && isAligned(spf)

  if (byDmarc === 'fail')
    return {
      verdict: 'fail',
      says: `It does not pass the checks that ${domain} asks for (DMARC): it may not be from ${who}.`,
    }
  if (login === author.address) return { verdict: 'pass', says: `${who} logged in to our mail server to send it.` }
  if (byDmarc === 'pass' || signed || sent)
    return { verdict: 'pass', says: `The mail system of ${domain} vouches for it.` }
  if (isFailed(spf) && dkim.length > 0 && dkim.every(isFailed))
    return { verdict: 'fail', says: `The mail system of ${domain} did not sign it: it may not be from ${who}.` }
  return { verdict: 'unknown', says: `The mail system of ${domain} does not vouch for it.` }
}

function isFailed(r: DomainResult | null): boolean {
  return r !== null && /^(fail|hardfail|softfail|permerror|policy)$/.test(r.result)
}

/** Relaxed (RFC 7489, 3.1): one is the other or below it. Of two below a third, DMARC's own result speaks. */
function aligned(a: string, b: string): boolean {
  return a.includes('.') && b.includes('.') && (a === b || a.endsWith(`.${b}`) || b.endsWith(`.${a}`))
}

type Trace = { hop: true; isOurs: boolean } | { hop: false; id: string; results: AuthResults }

/**
 * What our mail system's Authentication-Results say, or null. Fields are read from the top, where the last system wrote.
 * Above the Received of our own system nobody else can have written; between it and the next one, which is the sender's,
 * only the topmost counts, since our system writes above what came (RFC 8601, 5). What stands lower is the sender's own.
 */
export function foundIn(raw: Buffer, authservIds: string[]): AuthResults | null {
  if (!authservIds.length) return null
  const traces = tracesOf(raw, authservIds)
  const first = traces.findIndex(t => t.hop && t.isOurs)
  const above = traces.slice(0, Math.max(first, 0)).filter(t => !t.hop && isNamed(t.id, authservIds))
  if (above.length) return merged(above.flatMap(t => (t.hop ? [] : [t.results])))
  const within = traces.slice(Math.max(first, 0), boundary(traces, first))
  const topmost = within.find(t => !t.hop && (t.id ? isNamed(t.id, authservIds) : first >= 0))
  return topmost && !topmost.hop ? topmost.results : null
}

/** Where the sender's own fields begin: at the first hop behind ours, or, where none is known as ours, behind the first. */
function boundary(traces: Trace[], first: number): number {
  let ours = first
  for (const [i, trace] of traces.entries()) {
    if (!trace.hop || i <= ours) continue
    if (first >= 0 && trace.isOurs) ours = i
    else if (first >= 0) return i
    else first = ours = i // the first hop: taken for ours
  }
  return traces.length
}

function merged(all: AuthResults[]): AuthResults {
  return {
    spf: all.find(r => r.spf)?.spf ?? null,
    dkim: all.find(r => r.dkim.length)?.dkim ?? [],
    dmarc: all.find(r => r.dmarc)?.dmarc ?? null,
    login: all.find(r => r.login)?.login ?? null,
  }
}

function isNamed(host: string, ids: string[]): boolean {
  return ids.some(id => host === id || host.endsWith(`.${id}`))
}

const LONGEST_HEADER = 256 * 1024
const MOST_TRACES = 200

function tracesOf(raw: Buffer, ids: string[]): Trace[] {
  const traces: Trace[] = []
  for (const [name, value] of fieldsOf(raw)) {
    if (traces.length === MOST_TRACES) break
    if (name === 'received') traces.push({ hop: true, isOurs: isNamed(writerOf(value), ids) })
    else if (name === 'authentication-results') traces.push({ hop: false, ...readAuthResults(value) })
  }
  return traces
}

/** The host that wrote a Received: `from x (...) by HOST`. What stands in comments, the sender may have had a say in. */
function writerOf(received: string): string {
  const plain = received
    .slice(0, 4_000)
    .replace(/\([^()]*\)/g, ' ')
    .replace(/\([^()]*\)/g, ' ')
  return (/^\s*(?:from\s+\S+\s+)?by\s+([^\s;]+)/i.exec(plain)?.[1] ?? '').toLowerCase()
}

/** The fields of a header in their order, names in lower case, values unfolded. */
function* fieldsOf(raw: Buffer): Generator<[name: string, value: string]> {
  const lines = raw.toString('latin1', 0, LONGEST_HEADER).split('\n')
  let field = ''
  for (const whole of lines) {
    const line = whole.endsWith('\r') ? whole.slice(0, -1) : whole
    if (/^[ \t]/.test(line) && line.trim()) {
      field += line
      continue
    }
    const colon = field.indexOf(':')
    if (colon > 0) yield [field.slice(0, colon).trim().toLowerCase(), field.slice(colon + 1)]
    if (line === '') return
    field = line
  }
}
