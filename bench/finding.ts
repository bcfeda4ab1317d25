import { performance } from 'node:perf_hooks'
import Database from 'better-sqlite3'
import { searching } from '../src/core/find/entry.ts'
import { askerOf, findTickets, type PageAt } from '../src/core/find/find.ts'
import { readFind } from '../src/core/find/language.ts'
import { openStore } from '../src/db/open.ts'
import { answer } from './answers.ts'
import { percentile } from './stats.ts'

// Finding: ours through core, as a list in Slack asks for it, beside one raw query of the same index that gives the ids.

const PAGE = 20

answer(async () => {
  const path = process.env.DATABASE_URL as string
  const store = await openStore(path)
  const agent = await store.read(q => q.selectFrom('agents').selectAll().limit(1).executeTakeFirst())
  const raw = new Database(path, { readonly: true })
  raw.pragma('cache_size = -16000')
  const top = raw.prepare('select max(seq) from ticket_docs').pluck().get() as number

  /** The time of a page by ours (ms): looked for in these words, after this entry. */
  async function ours(words: string, match: string, at: PageAt): Promise<number> {
    const begun = performance.now()
    const page = await searching(store, async q => {
      const asker = await askerOf(q, (agent ?? SOMEBODY) as never, store.now())
      return findTickets(q, await readFind(q, words), asker, { ...at, limit: PAGE })
    })
    const ms = performance.now() - begun
    const wanted = Math.min(statement.all(match, at.after ?? top + 1, PAGE + 1).length, PAGE)
    if (page.tickets.length !== wanted && !words.includes('created:'))
      throw new Error(`${words} found ${page.tickets.length} in place of ${wanted}.`)
    return ms
  }

  const statement = raw.prepare(
    'select rowid from ticket_words where ticket_words match ? and rowid < cast(? as integer) order by rowid desc limit ?',
  )

  function bare(match: string, at: PageAt): number {
    const begun = performance.now()
    statement.all(match, at.after ?? top + 1, PAGE + 1)
    return performance.now() - begun
  }

  /** The median and the 99th percentile over all that people look for; `deep` begins in the midst of all tickets. */
  async function find({ side, rounds, deep }: { side: 'ours' | 'raw'; rounds: number; deep: boolean }) {
    const times: number[] = []
    const slowest = { ms: 0, words: '' }
    for (let round = 0; round < rounds; round++)
      for (const [words, match] of LOOKED_FOR) {
        const at = deep ? { after: Math.floor(top / 2) + round } : {}
        const ms = side === 'ours' ? await ours(words, match, at) : bare(match, at)
        times.push(ms)
        if (ms > slowest.ms) Object.assign(slowest, { ms, words })
      }
    process.stderr.write(`  slowest: ${slowest.words} ${slowest.ms.toFixed(1)} ms\n`)
    return { p50: percentile(times, 50), p99: percentile(times, 99) }
  }

  return {
    find,
    async stop() {
      raw.close()
      await store.close()
    },
  }
})

const SOMEBODY = { id: 'nobody', zone: 'UTC', deactivated_at: null }

/** What people type, and the same to the index: words that are in all tickets, in some and in one, and filters together. */
const LOOKED_FOR: [words: string, match: string][] = [
  ['status:open', 'facets:live AND facets:statusopen'],
  ['assignee:none status:open priority:high', 'facets:live AND facets:statusopen AND facets:priorityhigh'],
  ['status:in_progress created:..2025-01-05', 'facets:live AND facets:statusinprogress'],
  ['order', 'facets:live AND words:order'],
  ['town7 status:closed', 'facets:live AND words:town7 AND facets:statusclosed'],
  ['word20x3 word2x1 assignee:none', 'facets:live AND words:word20x3 AND words:word2x1 AND facets:assigneenone'],
  ['"order 4242"', 'facets:live AND words:"order 4242"'],
  ['bulldozer order', 'facets:live AND words:bulldozer AND words:order'],
  ['order -invoice source:agent', '(facets:live AND words:order AND facets:sourceagent) NOT words:invoice'],
  ['status:snoozed', 'facets:live AND facets:statussnoozed'],
  ['answered:none channel:email', 'facets:live AND facets:answerednone AND facets:channelemail'],
]
