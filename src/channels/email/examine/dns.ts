import { createPrivateKey, createPublicKey } from 'node:crypto'
import { Resolver } from 'node:dns/promises'
import { domainOf } from '../../../core/addresses.ts'
import type { Finding } from '../../../lib/finding.ts'
import { countLookups, MOST_LOOKUPS } from './spf.ts'

/** The part of a DNS resolver that is asked. */
export interface Lookup {
  resolveMx(name: string): Promise<{ exchange: string; priority: number }[]>
  resolveTxt(name: string): Promise<string[][]>
}

export interface SigningSender {
  address: string
  dkim: { selector: string; key: string } | null // null: the mail server signs, if anybody
}

/** Whether the DNS of each sender's domain lets answers in, and lets others believe that the mail is ours. */
export async function examineDomains(senders: SigningSender[], lookup: Lookup = systemLookup()): Promise<Finding[]> {
  const domains = [...new Set(senders.map(s => domainOf(s.address)))]
  const findings = await Promise.all(
    domains.flatMap(domain => [
      examineMx(domain, lookup),
      examineSpf(domain, lookup),
      ...keysOf(domain, senders).map(key => examineDkim(domain, key, lookup)),
      examineDmarc(domain, lookup),
    ]),
  )
  return findings
}

function systemLookup(): Lookup {
  return new Resolver({ timeout: 3_000, tries: 2 })
}

/** One of each selector; null stands for senders that do not sign here. */
function keysOf(domain: string, senders: SigningSender[]): (SigningSender['dkim'] | null)[] {
  const here = senders.filter(s => domainOf(s.address) === domain).map(s => s.dkim)
  return [...new Map(here.map(dkim => [dkim?.selector ?? '', dkim])).values()]
}

async function examineMx(domain: string, lookup: Lookup): Promise<Finding> {
  const part = `MX of ${domain}`
  return looked(part, async () => {
    const hosts = (await found(lookup.resolveMx(domain))).sort((a, b) => a.priority - b.priority).map(m => m.exchange)
    if (hosts.some(h => h !== '' && h !== '.'))
      return well(part, `mail for it goes to ${hosts.slice(0, 3).join(', ')}.`)
    const next = `Publish an MX record for ${domain} that names the server which takes its mail.`
    return bad(part, 'there is none, so that answers cannot come back.', next)
  })
}

async function examineSpf(domain: string, lookup: Lookup): Promise<Finding> {
  const part = `SPF of ${domain}`
  return looked(part, async () => {
    const records = (await texts(domain, lookup)).filter(t => /^v=spf1( |$)/i.test(t))
    const [record] = records
    if (!record)
      return bad(
        part,
        'there is none, so that mail of ours may be taken for forged.',
        `Publish one TXT record at ${domain} such as "v=spf1 include:... ~all"; your mail provider says what belongs in it.`,
      )
    if (records.length > 1)
      return bad(part, `there are ${records.length}, which counts as none.`, 'Join them into one TXT record.')
    if (/(^| )\+?all( |$)/i.test(record))
      return bad(part, 'it allows everybody to send as us.', 'End the record with ~all in place of +all.')
    const { count, broken } = await countLookups(record, name => texts(name, lookup))
    if (broken)
      return bad(part, `it includes ${broken}, which has no SPF record; all of it fails.`, `Take ${broken} out of it.`)
    if (count > MOST_LOOKUPS)
      return bad(
        part,
        `it takes ${count} look-ups; more than ${MOST_LOOKUPS} make it fail.`,
        'Take out what you do not send by any more, or name addresses (ip4, ip6) in place of includes.',
      )
    return well(part, `one record, ${count} of ${MOST_LOOKUPS} look-ups.`)
  })
}

async function examineDkim(domain: string, dkim: SigningSender['dkim'], lookup: Lookup): Promise<Finding> {
  if (!dkim) return signedElsewhere(domain)
  const name = `${dkim.selector}._domainkey.${domain}`
  const part = `DKIM of ${domain}`
  return looked(part, async () => {
    const ours = publicHalf(dkim.key)
    if (!ours)
      return bad(part, 'the private key of its sender cannot be read.', 'Enter it again in Set-up: an RSA key in PEM.')
    const published = (await texts(name, lookup)).find(t => /(^|;)\s*p\s*=/i.test(t))
    const next = `Publish a TXT record at ${name}: v=DKIM1; k=rsa; p=${ours}`
    if (!published) return bad(part, `there is no key at ${name}.`, next)
    if (keyIn(published) !== ours) return bad(part, `the key at ${name} is not the one that we sign with.`, next)
    return well(part, `the key at ${name} is ours.`)
  })
}

function signedElsewhere(domain: string): Finding {
  return {
    part: `DKIM of ${domain}`,
    well: null,
    says: 'we do not sign, so the mail server must.',
    next: `Look at a mail that you got from it: Authentication-Results must say dkim=pass with header.d=${domain}. Overture signs when a sender in Set-up has a selector and a key.`,
  }
}

function keyIn(record: string): string {
  return (/(?:^|;)\s*p\s*=([^;]*)/i.exec(record)?.[1] ?? '').replace(/\s+/g, '')
}

function publicHalf(pem: string): string | null {
  try {
    return createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'der' }).toString('base64')
  } catch {
    return null
  }
}

async function examineDmarc(domain: string, lookup: Lookup): Promise<Finding> {
  const part = `DMARC of ${domain}`
  return looked(part, async () => {
    for (const at of [domain, ...parentsOf(domain)]) {
      const records = (await texts(`_dmarc.${at}`, lookup)).filter(t => /^v=DMARC1\b/i.test(t))
      if (records.length > 1)
        return bad(part, `there are ${records.length} at _dmarc.${at}, which counts as none.`, 'Leave one of them.')
      const policy = records[0] && /(?:^|;)\s*p\s*=\s*(\w+)/i.exec(records[0])?.[1]
      if (records[0] && !policy)
        return bad(part, `the record at _dmarc.${at} has no policy.`, `Write p=none into it, or more.`)
      if (policy) return well(part, `p=${policy.toLowerCase()} at _dmarc.${at}.`)
    }
    return bad(
      part,
      'there is none, which big mailbox providers ask for.',
      `Publish a TXT record at _dmarc.${domain}: v=DMARC1; p=none; rua=mailto:postmaster@${domain}`,
    )
  })
}

/** The domains above, but for the last label, where no policy can stand. */
function parentsOf(domain: string): string[] {
  const labels = domain.split('.')
  return labels.slice(1, -1).map((_, i) => labels.slice(i + 1).join('.'))
}

async function texts(name: string, lookup: Lookup): Promise<string[]> {
  return (await found(lookup.resolveTxt(name))).map(parts => parts.join(''))
}

/** The records, none when the name or such a record does not exist. Throws when nobody could be asked. */
async function found<T>(records: Promise<T[]>): Promise<T[]> {
  try {
    return await records
  } catch (error) {
    if (['ENOTFOUND', 'ENODATA'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  }
}

/** What the examination finds, or that the DNS could not be asked, which says nothing about the domain. */
async function looked(part: string, examine: () => Promise<Finding>): Promise<Finding> {
  try {
    return await examine()
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message
    return { part, well: null, says: `could not be looked up (${why}).`, next: 'Run this where DNS can be asked.' }
  }
}

function well(part: string, says: string): Finding {
  return { part, well: true, says }
}

function bad(part: string, says: string, next: string): Finding {
  return { part, well: false, says, next }
}
