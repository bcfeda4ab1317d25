import { expect, test } from 'vitest'
import { draftsHome, inboxHome, setUpHome } from '../../../../src/channels/slack/views/home.ts'
import type { DraftKind } from '../../../../src/core/drafts.ts'
import { longAddress, refusedView, tickets } from './extremes.ts'
import { ann, senderRow, teamRow } from './rows.ts'
import { hostile, now } from './what-slack-refuses.ts'

const draftKinds: DraftKind[] = ['ticket', 'reply', 'note', 'chat']
const drafts = Array.from({ length: 25 }, (_, i) => ({
  ...{
    id: `d${i}`,
    about: { kind: draftKinds[i % 4] as DraftKind, title: hostile, text: hostile },
    isShared: i % 3 === 0,
  },
  ...{ isOwn: i % 5 > 0, by: hostile, updatedAt: now },
}))

const manySenders = {
  teams: [teamRow({ sender_id: 's0' }), teamRow({ id: 't2', sender_id: 'gone' })],
  senders: Array.from({ length: 30 }, (_, i) => senderRow({ id: `s${i}`, broken_at: 1, broken_reason: hostile })),
  agents: [ann],
  unmatched: 2,
  alerts: [],
  me: ann,
  aliases: new Map(),
  blocked: 3,
  from: 24,
  fromTeam: 0,
  ask: Array(9).fill(hostile),
}

test('App Home shows what stands below however many senders there are', () => {
  const shown = JSON.stringify(setUpHome(manySenders))
  expect(shown).toContain('25 to 30 of 30')
  expect(shown).toContain('3 addresses are not written to, or banned.')
  expect(shown).toContain('open_tray')
  expect(shown).toContain('its usual sender is no more')
})

test('App Home shows what stands below however many teams and warnings there are, and leads to all of them', () => {
  const place_problem = 'Overture is not in this channel.'
  const troubled = { place_problem, shared_at: now }
  const teams = Array.from({ length: 30 }, (_, i) => teamRow({ id: `t${i}`, name: `Team ${i}.`, ...troubled }))
  const alerts = Array(5).fill({ text: hostile, raised_at: now })
  const aliases = new Map(manySenders.senders.map(s => [s.id, [longAddress]]))
  const shownFrom = (fromTeam: number) =>
    JSON.stringify(setUpHome({ ...manySenders, teams, alerts, aliases, from: 8, fromTeam }))
  for (const fromTeam of [0, 8, 16, 24]) {
    expect(shownFrom(fromTeam)).toContain(`Team ${fromTeam}.`)
    expect(shownFrom(fromTeam)).toContain('open_tray')
    expect(shownFrom(fromTeam)).not.toContain('There is more than this page can show.')
  }
  expect(shownFrom(0)).toContain('More teams')
  expect(shownFrom(24)).toContain('25 to 30 of 30')
})

test('App Home names those with a role first, however many agents there are', () => {
  const many = Array.from({ length: 60 }, (_, i) => ({ ...ann, name: `Agent ${i}`, alias: null, role: null }))
  const agents = [...many, { ...ann, name: 'Zoe', alias: null, role: 'admin' as const }]
  expect(JSON.stringify(setUpHome({ ...manySenders, agents }))).toContain('"Zoe (admin), Agent 0, ')
})

test('App Home', () => {
  const homes = [
    inboxHome({ tab: 'inbox', list: 'all', after: '1:2' }, Object.values(tickets), '3:4', now),
    inboxHome({ tab: 'inbox', list: 'mine', after: null }, [], null, now),
    draftsHome(drafts, now),
    draftsHome([], now),
    setUpHome({
      teams: [],
      senders: [],
      agents: [ann],
      unmatched: 0,
      alerts: [],
      me: ann,
      aliases: new Map(),
      blocked: 0,
      from: 0,
      fromTeam: 0,
      ask: [],
    }),
    setUpHome({
      teams: Array.from({ length: 60 }, (_, i) =>
        teamRow({ id: `t${i}`, place_problem: 'Overture is not in this channel.' }),
      ),
      senders: [senderRow({ broken_reason: hostile, name: hostile })],
      agents: Array(200).fill({ ...ann, name: hostile, alias: null }),
      alerts: [{ text: hostile.repeat(40), raised_at: now }],
      unmatched: 2,
      me: ann,
      aliases: new Map([['s1', Array(100).fill(longAddress)]]),
      blocked: 1,
      from: 0,
      fromTeam: 0,
      ask: [],
    }),
    setUpHome(manySenders),
  ]
  for (const home of homes) expect(refusedView(home)).toEqual([])
})
