import { examineMail } from './channels/email/doctor.ts'
import type { Lookup } from './channels/email/examine/dns.ts'
import { examineRoundTrips, untried } from './channels/email/examine/round-trip.ts'
import { examineSlack } from './channels/slack/doctor.ts'
import type { Config } from './config.ts'
import { senders } from './core/senders/find.ts'
import { teams } from './core/teams.ts'
import { openStore } from './db/open.ts'
import type { Store } from './db/store.ts'
import type { Finding } from './lib/finding.ts'
import { createLog } from './lib/log.ts'

export interface Examination {
  send?: boolean // a mail from each sender to its own reply address
  waitMs?: number // for such a mail to come back
  lookup?: Lookup // where the DNS is asked; the system's when not given
}

/**
 * Examines every part that Overture leans on. Nothing is changed but the database's schema, and nothing is sent unless
 * that is asked for.
 */
export async function examine(config: Config, { send, waitMs, lookup }: Examination = {}): Promise<Finding[]> {
  const { store, finding } = await examineDatabase(config)
  try {
    const known = store ? await store.read(teams) : []
    const places = known.length ? known : config.desk ? [{ name: 'Support', place: config.desk.place }] : []
    const ours = store ? await store.read(senders) : []
    const team: Finding[] = places.length
      ? []
      : [
          {
            part: 'Teams',
            well: false,
            says: 'there is none yet.',
            next: 'Set DESK_CHANNEL, or add a team in App Home, Set-up.',
          },
        ]
    const [slack, mail] = await Promise.all([
      examineSlack(config.slack, places, config.http.publicUrl),
      examineMail({ ...config.mail, senders: ours, key: store?.key ?? null, ...(lookup ? { lookup } : {}) }),
    ])
    const trips =
      send && store
        ? await examineRoundTrips({ ...config.mail, store, log: createLog('silent') }, ours, waitMs ?? 60_000)
        : [untried()]
    return [finding, ...slack, ...team, ...mail, ...trips]
  } finally {
    await store?.close()
  }
}

async function examineDatabase(config: Config): Promise<{ store: Store | null; finding: Finding }> {
  const part = 'Database'
  try {
    const store = await openStore(config.databaseUrl, config.secret)
    const says = `${store.engine === 'sqlite' ? `SQLite at ${config.databaseUrl}` : 'PostgreSQL'} is open and up to date.`
    return { store, finding: { part, well: true, says } }
  } catch (error) {
    const says = `cannot be opened (${error instanceof Error ? error.message : error}).`
    return {
      store: null,
      finding: {
        part,
        well: false,
        says,
        next: 'Check DATABASE_URL, and that the folder or the server can be written to.',
      },
    }
  }
}

/** One line a finding, with the next thing to do below it when it is not well. */
export function report(findings: Finding[]): string {
  return findings
    .flatMap(f => [
      `${f.well ? 'ok  ' : f.well === null ? '?   ' : 'BAD '} ${f.part}: ${f.says}`,
      ...(f.next && !f.well ? [`     -> ${f.next}`] : []),
    ])
    .join('\n')
}
