import { describe, expect, test } from 'vitest'
import { hookForm, hookLog, hooksPage, secretView } from '../../../../src/channels/slack/views/team/hooks.ts'
import { outreachUsage, whoView } from '../../../../src/channels/slack/views/team/outreach.ts'
import { reactionsForm } from '../../../../src/channels/slack/views/team/reactions.ts'
import {
  emptyRule,
  type RoutingPage,
  routingForm,
  ruleForm,
  tryView,
} from '../../../../src/channels/slack/views/team/routing.ts'
import { agentForm, senderForm, teamForm } from '../../../../src/channels/slack/views/team/settings.ts'
import { templateForm, templatesView } from '../../../../src/channels/slack/views/team/templates.ts'
import type { Hook } from '../../../../src/core/hooks/hook.ts'
import type { Candidate } from '../../../../src/core/routing/candidates.ts'
import type { Rule } from '../../../../src/core/routing/rules.ts'
import type { Routing } from '../../../../src/core/routing/settings.ts'
import type { HookDeliveryRow } from '../../../../src/db/schema.ts'
import { fresh, longAddress, novel, refused, refusedView, writing } from './extremes.ts'
import { ann, senderRow, teamRow } from './rows.ts'
import { hostile, long, now } from './what-slack-refuses.ts'

const NO_EMOJI = { take: null, close: null, note: null, reopen: null, urgent: null }

const hostileHook: Hook = {
  id: 'h1',
  url: `https://${longAddress}`,
  host: longAddress.repeat(4),
  description: hostile.repeat(9),
  shape: 'event',
  events: Array(40).fill('ticket:created'),
  teamIds: Array(100).fill('t1'),
  includePrivate: true,
  isSigned: false,
  oldSecretUntil: now,
  createdBy: { id: 'a1', name: hostile },
  createdAt: now,
  updatedAt: now,
  offAt: null,
  offReason: hostile,
  failingSince: now,
  deliveredAt: now,
  problem: hostile.repeat(20),
}

const hostileDelivery: HookDeliveryRow = {
  id: 'd1',
  hook_id: 'h1',
  hook_event_id: null,
  event_id: 'e1',
  event_type: 'ticket:created',
  line: 'l1',
  ticket_id: null,
  body: null,
  is_replay: 1,
  state: 'failed',
  attempts: 40,
  due_at: now,
  status: 500,
  answer: hostile.repeat(40),
  problem: hostile.repeat(20),
  took_ms: 10_000,
  created_at: now,
  tried_at: now,
  settled_at: now,
}

const calm: Routing = {
  strategy: 'claim',
  lastSenderFirst: true,
  capacity: null,
  fallbackTeamId: null,
  fallbackMinutes: 15,
  followPresence: false,
  followHours: false,
}

function routingPage(changes: Partial<RoutingPage> = {}): RoutingPage {
  return {
    team: { id: 't1', name: hostile },
    routing: calm,
    takers: [],
    leads: [],
    teams: [{ id: 't1', name: hostile }],
    rules: [],
    names: new Map([['a2', hostile]]),
    ...changes,
  }
}

function fullRule(id: string): Rule {
  const conditions = Array.from({ length: 10 }, (_, i) => ({
    on: 'field' as const,
    name: hostile,
    is: i % 2 ? ('is_not' as const) : ('contains' as const),
    value: long,
  }))
  return { id, teamId: 't1', name: hostile, meets: 'any', conditions, agentId: 'a2', toTeamId: null }
}

const team = { id: 't1', name: long }

describe('what a team sets up is what Slack takes, and pings nobody', () => {
  test.each(
    Object.entries({
      'a new team': teamForm(null, []),
      'a team': teamForm(
        { ...teamRow(), signature: long, sender_id: 's150' },
        Array.from({ length: 200 }, (_, i) => senderRow({ id: `s${i}`, broken_at: i % 2 || null })),
      ),
      'a sender': senderForm(senderRow({ broken_reason: long }), [team], 't1', {
        form: { ...fresh, teamId: 't1', origin: null, viewId: 'V1' },
        aliases: Array(100).fill(longAddress),
      }),
      'a new sender': senderForm(null, [team], 't9'),
      'an agent': agentForm(
        ann,
        Array.from({ length: 120 }, (_, i) => ({
          team: { id: `t${i}`, name: hostile },
          senders: [senderRow()],
          usual: 's1',
        })),
      ),
      'an unknown agent': agentForm(null, []),
      'a routing': routingForm(routingPage()),
      'a routing with all that there can be': routingForm(
        routingPage({
          routing: { ...calm, capacity: 10, fallbackTeamId: 't90', followPresence: true },
          takers: Array.from({ length: 100 }, (_, i) => `U${i}`),
          leads: ['U0ANN'],
          teams: Array.from({ length: 200 }, (_, i) => ({ id: `t${i}`, name: hostile })),
          rules: Array.from({ length: 20 }, (_, i) => fullRule(`r${i}`)),
        }),
      ),
      'a new rule': ruleForm({ teamId: 't1', ruleId: null, routingId: 'V1', rows: 2 }, emptyRule, []),
      'a rule with all its conditions': ruleForm(
        { teamId: 't1', ruleId: 'r1', routingId: 'V1', rows: 99 },
        { ...fullRule('r1'), agent: 'U0BEN', toTeamId: 't90' },
        Array.from({ length: 200 }, (_, i) => ({ id: `t${i}`, name: hostile })),
      ),
      'a rule that is tried': tryView(
        { name: hostile },
        {
          tickets: Array.from({ length: 20 }, (_, i) => ({
            id: `${i}`,
            identifier: `SUP-${i}`,
            subject: hostile,
            createdAt: now,
          })),
          of: 2_000,
        },
        20,
      ),
      'a rule that takes nothing': tryView({ name: long }, { tickets: [], of: 0 }, 20),
      'a template': templateForm(
        {
          ...{ id: 't1', team_id: null, agent_id: 'a1', name: long, subject: long, created_at: 0, updated_at: 0 },
          body: JSON.stringify(novel),
        },
        [team],
        'V1',
      ),
      'a new template': templateForm(null, [], null),
      templates: templatesView(writing.templates),
      'no templates': templatesView([]),
      webhooks: hooksPage(Array(40).fill(hostileHook), [team], now),
      'no webhooks': hooksPage([], [], now),
      'a webhook': hookForm({ hookId: 'h1', pageId: 'V1' }, hostileHook, Array(120).fill(team)),
      'a new webhook': hookForm({ hookId: null, pageId: 'V1' }, null, []),
      'a secret': secretView('whsec_1', { isNew: false }),
      'what was posted': hookLog({ hookId: 'h1', isFailed: false }, longAddress, Array(20).fill(hostileDelivery)),
      'the emoji of a team': reactionsForm({ id: 't1', name: hostile }, { ...NO_EMOJI, take: 'x'.repeat(100) }),
    }),
  )('%s', (_, form) => {
    expect(refusedView(form)).toEqual([])
  })
})

test('who is free is what Slack takes, and pings nobody', () => {
  const agents: Candidate[] = (['free', 'full', 'away', 'unknown'] as const).flatMap(state =>
    (['online', 'away', 'offline'] as const).flatMap(availability =>
      [null, now].map(availableAt => ({
        id: 'a1',
        handle: 'U0ANN',
        name: hostile,
        availability,
        availableAt,
        assignedAt: null,
        open: 1,
        capacity: 5,
        state,
      })),
    ),
  )
  const teams = Array.from({ length: 30 }, () => ({ team: { name: hostile }, agents }))
  for (const post of [whoView(teams), whoView([]), whoView([{ team: { name: long }, agents: [] }])])
    expect(refused(post)).toEqual([])
  expect(refused(outreachUsage(hostile))).toEqual([])
})
