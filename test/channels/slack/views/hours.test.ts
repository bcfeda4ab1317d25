import { describe, expect, it } from 'vitest'
import { deskPost } from '../../../../src/channels/slack/views/desk-post.ts'
import { hoursForm, hoursPage, readHolidays, readSlots } from '../../../../src/channels/slack/views/team/hours.ts'
import {
  autoCloseForm,
  digestForm,
  draftOf,
  policyForm,
  readSpan,
} from '../../../../src/channels/slack/views/team/promises.ts'
import { statsView } from '../../../../src/channels/slack/views/team/stats.ts'
import { weekSvg } from '../../../../src/channels/slack/views/team/week-chart.ts'
import { ticketCard } from '../../../../src/channels/slack/views/tickets/card.ts'
import { historyPage } from '../../../../src/channels/slack/views/tickets/history-page.ts'
import { deskMessage } from '../../../../src/channels/slack/views/tickets/message.ts'
import type { AutoClose } from '../../../../src/core/auto-close/settings.ts'
import { type Hours, MOST_HOLIDAYS } from '../../../../src/core/hours/settings.ts'
import type { Policy } from '../../../../src/core/sla/policies.ts'
import type { ClockView } from '../../../../src/core/sla/view.ts'
import type { Figures } from '../../../../src/core/stats/figures.ts'
import type { EventRow } from '../../../../src/db/schema.ts'
import { faultsInView } from '../../../../src/sandbox/slack/blocks/views.ts'
import { aMessage, aTicket } from '../../../support/views.ts'
import { faultsIn, hostile, long, now, pingsIn, wordsOn } from './what-slack-refuses.ts'

const HOUR = 3_600_000
const refused = (view: object) => [...faultsInView(view as never, 'modal'), ...pingsIn(view)]
const hours: Hours = {
  zone: 'America/Argentina/ComodRivadavia',
  week: Array(7).fill(Array.from({ length: 6 }, (_, i) => ({ from: `0${i}:00`, to: `0${i}:30` }))),
  holidays: Array.from({ length: MOST_HOLIDAYS }, () => ({ on: '25-12-2026', name: hostile.slice(0, 80) })),
}
const policy: Policy = {
  id: 'p1',
  teamId: 't1',
  name: hostile.slice(0, 80),
  meets: 'any',
  conditions: Array.from({ length: 10 }, () => ({
    on: 'field' as const,
    name: long,
    is: 'is_not' as const,
    value: hostile,
  })),
  targets: { next_response: 90 * 60_000, update: 1_000 * HOUR, resolution: 60_000 },
}
const autoClose: AutoClose = {
  nudgeDays: 365,
  remindDays: 1,
  closeDays: null,
  reminder: 'x'.repeat(3_000),
  except: ['low', 'medium', 'high', 'urgent'],
}
const figures = (changes: Partial<Figures> = {}): Figures => ({
  team: hostile,
  from: now - 7 * 24 * HOUR,
  to: now,
  zone: 'UTC',
  begun: 1,
  received: 2,
  sent: 1_234_567,
  chats: 3,
  chatMails: 4,
  answered: 5,
  medianTheirsMs: 50 * HOUR,
  medianOursMs: null,
  slaMet: 6,
  slaBroken: 7,
  open: 8,
  openBy: Array.from({ length: 200 }, (_, i) => ({ name: i ? hostile + long : null, count: i })),
  days: Array.from({ length: 366 }, (_, i) => ({
    day: `2026-01-${String((i % 28) + 1).padStart(2, '0')}`,
    sent: i,
    answers: 366 - i,
  })),
  ...changes,
})

describe('Slack takes, with any data,', () => {
  it("a team's page of hours and promises, and its forms", () => {
    const team = { id: 't1', name: hostile + long }
    const meta = { teamId: 't1', pageId: 'V1' }
    const policyMeta = { ...meta, policyId: null, rows: 10 }
    const digest = { weekday: 7, time: '23:59' }
    const views = [
      hoursPage({ team, hours, policies: Array(20).fill(policy), autoClose, digest }),
      hoursPage({
        team,
        hours,
        policies: [],
        autoClose: { ...autoClose, nudgeDays: null, remindDays: null },
        digest: null,
      }),
      hoursForm(meta, hours, hostile + long),
      hoursForm({ teamId: null, pageId: '' }, null, 'When you work'),
      policyForm(policyMeta, draftOf(policy)),
      policyForm(policyMeta, draftOf()),
      autoCloseForm(meta, autoClose),
      autoCloseForm(meta, { ...autoClose, except: [], reminder: '' }),
      digestForm(meta, digest, hours.zone),
      digestForm(meta, null, hours.zone),
    ]
    for (const view of views) expect(refused(view)).toEqual([])
  })

  it('a promise that never counts, and says so where it stands', () => {
    const team = { id: 't1', name: 'Support' }
    const [all, some] = [{ ...policy, conditions: [] }, policy]
    const shown = (policies: Policy[]) => JSON.stringify(hoursPage({ team, hours, policies, autoClose, digest: null }))
    expect(shown([all, some])).toContain('It never counts')
    expect(shown([some, all])).not.toContain('It never counts')
  })

  it('what it says by itself, figures and histories', () => {
    const posts = [
      deskPost({ text: `${hostile}\n${long.repeat(20)}`, figures: null }, `https://tulip.slack.com/${'x'.repeat(200)}`),
      deskPost({ text: hostile, figures: figures() }, null),
      statsView(figures(), 't1'),
      statsView(figures({ team: null, openBy: [], days: [] }), null),
    ]
    for (const post of posts) expect(faultsIn(post, 8_500)).toEqual([])
    const event: EventRow = {
      ...{
        id: '0190a000-0000-7000-8000-000000000001',
        ticket_id: 't',
        kind: 'ticket_closed',
        actor_kind: 'agent' as const,
      },
      ...{
        actor_id: 'a',
        actor_name: hostile + long,
        before: null,
        after: JSON.stringify({ close_reason: hostile + long }),
        at: now,
      },
    }
    const meta = { ticketId: event.id, pages: Array(50).fill(event.id) }
    const page = historyPage(
      { identifier: 'SUPPORTING-1234567890', subject: hostile + long },
      meta,
      Array(25).fill(event),
      new Map(),
      true,
    )
    expect(refused(page)).toEqual([])
    expect(refused(historyPage({ identifier: 'SUP-1', subject: '' }, meta, [], new Map(), false))).toEqual([])
  })

  it('pictures of any week', () => {
    for (const days of [figures().days, [], figures().days.slice(0, 1), [{ day: '2026-01-05', sent: 0, answers: 0 }]]) {
      const svg = weekSvg({ days, sent: 3 })
      expect(svg).not.toMatch(/NaN|Infinity|undefined|="-/)
      expect(svg.match(/<text /g)?.length).toBeLessThan(25)
    }
  })
})

describe('the card', () => {
  const clock: ClockView = { metric: 'next_response', dueAt: now + HOUR, leftMs: null, isNear: false, breachedAt: null }
  const shown = (...clocks: ClockView[]) => wordsOn(ticketCard(aTicket({ clocks }), now))

  it('says what is due as a moment, which is true whenever it is read', () => {
    expect(shown(clock)).toContain('⏱️ Next response due <!date^')
    expect(shown({ ...clock, isNear: true })).toContain('🟠 Next response due <!date^')
    expect(shown({ ...clock, dueAt: now })).toContain('🔴 *Overdue*: next response was due <!date^')
    expect(shown({ ...clock, metric: 'resolution', dueAt: null, leftMs: 200 * 60_000 })).toContain(
      '⏸️ Resolution: 3 h 20 min of working time left',
    )
    expect(shown({ ...clock, metric: 'resolution', dueAt: null, breachedAt: now - 1 })).toContain(
      '🔴 *Overdue*: resolution',
    )
    expect(shown()).not.toContain('due')
  })

  it('has thanks folded below it, whole, with one button that counts them', () => {
    const thanks = aMessage('Thank you!', {
      author: { ...aMessage('').author, kind: 'customer', name: 'Jane', address: 'jane@acme.test', handle: null },
      automatic: 'it only says thanks ("thank you")',
      kind: 'light',
    })
    const [post] = deskMessage(thanks, aTicket(), now)
    expect(wordsOn(post?.blocks)).toBe('🙏 Only thanks, from jane@acme.test: Thank you!\nTreat as an answer')
  })
})

describe('what people type', () => {
  it('is read as slots, holidays and spans', () => {
    expect(readSlots('9-12:30, 13.00 – 17:00; 20:00 to 24:00')).toEqual([
      { from: '09:00', to: '12:30' },
      { from: '13:00', to: '17:00' },
      { from: '20:00', to: '24:00' },
    ])
    expect(readSlots('whenever')).toEqual([{ from: 'whenever', to: '' }])
    expect(readSlots('')).toEqual([])
    expect(readHolidays('1.1. New Year\n\n25/12/2026\n2026-04-06 Easter')).toEqual([
      { on: '01-01', name: 'New Year' },
      { on: '25-12-2026', name: '' },
      { on: '06-04-2026', name: 'Easter' },
    ])
    const read = ['4h', '1h 30m', '90m', '1.5h', '2 hours', '', 'soon', '4', 'h'].map(readSpan)
    expect(read).toEqual([
      4 * HOUR,
      1.5 * HOUR,
      1.5 * HOUR,
      1.5 * HOUR,
      2 * HOUR,
      null,
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ])
  })
})
