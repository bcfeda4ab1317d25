import type { RawBuilder, SqlBool } from 'kysely'
import { sql } from 'kysely'
import { type Term, wordsIn } from '../../db/full-text.ts'
import type { Query } from '../../db/store.ts'
import { fieldTerms } from './by-field.ts'
import { tagTerms } from './by-tag.ts'
import { boundsOf, isWithin, MOMENTS, spanTerm } from './dates.ts'
import { type Filter, ME, NONE } from './filter.ts'
import { type Visible, visibleTerms } from './visible.ts'

/** What the index is asked, and what of a ticket is then to be looked at exactly. */
export interface Asked {
  term: Term
  narrow?: RawBuilder<SqlBool>
}

/** Who asks, and when: days are those of their time zone. */
export interface Asker {
  visible: Visible
  me: string // id of the agent
  now: number
  zone: string
}

/** A filter as the index understands it. */
export async function askedBy(q: Query, filter: Filter, { visible, me, now, zone }: Asker): Promise<Asked> {
  const fields = await fieldTerms(q, filter.fields, me)
  const all: Term[] = [
    { facet: filter.away ?? 'live' },
    ...visibleTerms(visible),
    ...textTerms(filter.text ?? ''),
    ...statusTerms(filter),
    ...CHOICES.flatMap(name => (filter[name] ? [choiceTerm(name, filter[name], me)] : [])),
    ...(await tagTerms(q, filter)),
    ...fields.terms,
  ]
  const exact = fields.exact
  for (const moment of MOMENTS) {
    const span = filter[moment]
    if (span === undefined) continue
    if (span === NONE) {
      all.push({ facet: `${moment}:none` })
      continue
    }
    const bounds = boundsOf(span, now, zone)
    all.push(spanTerm(moment, bounds))
    exact.push(isWithin(moment, bounds))
  }
  return { term: { all }, ...(exact.length && { narrow: sql<SqlBool>`${sql.join(exact, sql` and `)}` }) }
}

const CHOICES = ['priority', 'assignee', 'team', 'by', 'channel', 'source', 'customer'] as const

/** One of these statuses, or of what teams call a part of one. */
function statusTerms({ status = [], subStatus = [] }: Filter): Term[] {
  const any = [...status.map(s => `status:${s}`), ...subStatus.map(id => `substatus:${id}`)]
  return any.length ? [{ any: any.map(facet => ({ facet })) }] : []
}

/** One of these marks; `me` is whoever asks. */
function choiceTerm(name: string, values: readonly string[], me: string): Term {
  return { any: values.map(value => ({ facet: `${name}:${value === ME ? me : value}` })) }
}

const MOST_PIECES = 20

/** Words, "phrases in quotes", beginnings*, and each of them with a - before it for what must not be there. */
function textTerms(text: string): Term[] {
  const pieces = [...text.matchAll(/(-?)(?:"([^"]*)"?|(\S+))/g)].slice(0, MOST_PIECES)
  return pieces.flatMap(([, minus, phrase, plain]) => {
    const word = wordsIn(phrase ?? plain ?? '')
    if (!word.length) return []
    const term: Term = { word, ...(plain?.endsWith('*') && { isBegun: true }) }
    return [minus ? { not: term } : term]
  })
}
