import { describe, expect, it } from 'vitest'
import { deedForm, deedProgress, deedResult } from '../../../../src/channels/slack/views/find/deeds.ts'
import { type FieldAsked, valueOffers, valueOption } from '../../../../src/channels/slack/views/find/fields.ts'
import { findForm, renameForm, saveForm } from '../../../../src/channels/slack/views/find/form.ts'
import { DEEDS, type FoundMeta, foundView } from '../../../../src/channels/slack/views/find/results.ts'
import { inboxHome } from '../../../../src/channels/slack/views/home.ts'
import { KINDS } from '../../../../src/core/fields/define.ts'
import { LONGEST_OPTION } from '../../../../src/core/fields/read.ts'
import { MOST_FIELDS } from '../../../../src/core/find/filter.ts'
import type { FoundTicket } from '../../../../src/core/find/find.ts'
import { SETTABLE } from '../../../../src/core/tickets/status.ts'
import type { FieldKind } from '../../../../src/db/schema.ts'
import { faultsInView } from '../../../../src/sandbox/slack/blocks/views.ts'
import { pingsIn } from './what-slack-refuses.ts'

const whatSlackRefuses = (view: object) => [...faultsInView(view, 'modal'), ...pingsIn(view)]
const HOSTILE = `<!channel> *${'🦊'.repeat(150)}*\n\u202e${'x'.repeat(300)}`
const ticket = (n: number): FoundTicket => ({
  seq: 1_000_000_000 + n,
  id: `0190a000-0000-7000-8000-${String(n).padStart(12, '0')}`,
  identifier: `SUPPORTERS-${1_000_000 + n}`,
  subject: HOSTILE,
  status: 'awaiting_customer',
  priority: 'urgent',
  createdAt: 0,
  updatedAt: 0,
  answeredAt: null,
  closedAt: null,
  customer: { name: HOSTILE, company: HOSTILE },
  assignee: HOSTILE,
  team: HOSTILE,
})
const uuid = '0190a000-0000-7000-8000-000000000000'
const full: FoundMeta = {
  filter: { text: HOSTILE.slice(0, 400), tags: Array.from({ length: 30 }, () => uuid) },
  at: { after: 1_000_000_000 },
  size: 50,
  saved: { id: uuid, name: HOSTILE.slice(0, 50) },
  turn: 3,
}
/** A field that two teams call in their own ways, with as many options as fit without a search. */
const aField = (n: number, kind: FieldKind): FieldAsked => {
  const options = Array.from({ length: 20 }, (_, i) => `${i}${HOSTILE}`.slice(0, LONGEST_OPTION))
  const field = { key: `${n}${'ß'.repeat(100)}`, names: [HOSTILE.slice(0, 80), 'Other'], kind, kinds: [kind], options }
  const is = ['none', 'me', 'yes', 'Gone', options[3] as string].map(value => valueOption(field, value, new Map()))
  const span = kind === 'date' ? { from: '2026-01-31', to: '2026-02-01' } : { from: '-12.5', to: '9000' }
  return { field, is, given: { ...span, has: HOSTILE.slice(0, 200) } }
}
const tickets = Array.from({ length: 50 }, (_, n) => ticket(n))

describe('what is found', () => {
  it('fits into a view, whatever is in it', () => {
    expect(JSON.stringify(full).length).toBeLessThan(2_000)
    for (const shown of [tickets, tickets.slice(0, 1), []]) {
      const page = { tickets: shown, newer: 1, older: 2 }
      const view = foundView({ ...full, page, asked: HOSTILE, count: 1_000, isMore: true, isPartial: true }, 1e9)
      expect(whatSlackRefuses(view)).toEqual([])
      expect(JSON.stringify(view.blocks)).not.toContain('\u202e')
    }
  })

  it('is asked for, kept and renamed in forms that fit', () => {
    const option = (n: number) => ({ text: { type: 'plain_text' as const, text: `${n}` }, value: `${n}` })
    const chosen = { tag: Array.from({ length: 90 }, (_, n) => option(n)) }
    const meta = { below: 'V1', found: full }
    const filter = {
      text: HOSTILE.slice(0, 400),
      created: { from: '2026-01-01' },
      answered: 'none' as const,
      away: 'spam' as const,
    }
    expect(whatSlackRefuses(findForm(meta, filter, chosen, []))).toEqual([])
    expect(whatSlackRefuses(findForm({ below: null, found: null }, {}, {}, []))).toEqual([])
    for (const kind of KINDS) {
      const asked = Array.from({ length: MOST_FIELDS }, (_, n) => aField(n, kind))
      expect(whatSlackRefuses(findForm({ ...meta, rev: 99 }, filter, chosen, asked))).toEqual([])
    }
    const { field } = aField(1, 'select')
    expect(valueOffers({ ...field, options: Array.from({ length: 300 }, (_, n) => `${n}`) }, '').length).toBe(100)
    const teams = Array.from({ length: 150 }, (_, n) => ({ id: `t${n}`, name: HOSTILE }))
    expect(whatSlackRefuses(saveForm(meta, teams))).toEqual([])
    expect(whatSlackRefuses(renameForm(meta))).toEqual([])
  })

  it('is changed in forms that state the count, and the result names what was skipped', () => {
    const seqs = tickets.map(t => t.seq)
    for (const deed of Object.keys(DEEDS).filter(d => !['csv', 'json', 'eml'].includes(d)) as (keyof typeof DEEDS)[]) {
      const meta = { deed: deed as 'close', found: full, seqs, count: 10_000 }
      const form = deedForm(meta, SETTABLE)
      expect(whatSlackRefuses(form)).toEqual([])
      expect(JSON.stringify(form.blocks)).toContain('10000 tickets')
      const skipped = Array.from({ length: 40 }, (_, n) => ({
        why: `${n} ${HOSTILE}`,
        count: 500,
        tickets: tickets.slice(0, 20).map(t => t.identifier),
      }))
      expect(whatSlackRefuses(deedProgress(meta, 20_000))).toEqual([])
      const result = deedResult(meta, { done: 3, skipped })
      expect(whatSlackRefuses(result)).toEqual([])
      expect(JSON.stringify(result)).toContain('and 480 more')
    }
  })

  it('has a button in App Home for each view, as many as a row can hold', () => {
    const saved = Array.from({ length: 100 }, (_, n) => ({
      id: `${uuid}${n}`,
      name: HOSTILE.slice(0, 50),
      filter: {},
      team: null,
    }))
    const home = inboxHome({ tab: 'inbox', list: 'mine', after: null }, [], null, 0, saved)
    expect([...faultsInView(home, 'home'), ...pingsIn(home)]).toEqual([])
  })
})
