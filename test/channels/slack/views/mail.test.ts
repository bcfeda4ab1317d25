import { describe, expect, test } from 'vitest'
import {
  banForm,
  bannedMailsView,
  blockedView,
  liftForm,
  MOST_BLOCKED,
} from '../../../../src/channels/slack/views/mail/blocked.ts'
import { trayView } from '../../../../src/channels/slack/views/mail/tray.ts'
import { longAddress, refusedView } from './extremes.ts'
import { teamRow } from './rows.ts'
import { hostile, long, now, wordsOn } from './what-slack-refuses.ts'

describe('who is not written to is shown as Slack takes it, and pings nobody', () => {
  test.each(
    Object.entries({
      'blocked addresses': blockedView(hostile, {
        suppressions: Array(MOST_BLOCKED).fill({
          address: longAddress,
          reason: hostile.repeat(20),
          source: 'smtp',
          by: hostile,
          created_by: 'a1',
          created_at: now,
        }),
        unsubscriptions: Array(MOST_BLOCKED).fill({
          address: longAddress,
          kind: long,
          reason: hostile.repeat(20),
          source: 'link',
          chat_id: 'c1',
          created_at: now,
        }),
        bans: Array(MOST_BLOCKED).fill({
          address: '*@x.test',
          reason: hostile,
          created_by: 'a1',
          by: hostile,
          created_at: now,
          until_at: now,
          ended_at: null,
          kept: 3,
        }),
      }),
      'mails that a ban kept out': bannedMailsView(
        longAddress,
        Array.from({ length: 20 }, (_, i) => ({
          id: `i${i}`,
          receivedAt: now,
          about: { from: hostile, subject: hostile.repeat(20), text: hostile.repeat(20) },
          isWhole: i % 2 === 0,
        })),
      ),
      'no blocked address': blockedView('', { suppressions: [], unsubscriptions: [], bans: [] }),
      'a lift': liftForm({
        what: 'unsubscription',
        address: longAddress,
        kind: hostile,
        below: { viewId: 'V1', typed: '' },
      }),
      'a lift of a suppression': liftForm({ what: 'suppression', address: longAddress, kind: '' }),
      'a ban': banForm(longAddress, { ticketId: null }),
    }),
  )('%s', (_, form) => {
    expect(refusedView(form)).toEqual([])
  })
})

test('the tray shows who sent too much, once, with what can be done about it', () => {
  const held = {
    address: `${'h'.repeat(64)}@${'x.'.repeat(120)}test`,
    count: 900,
    newestAt: now,
    reason: long,
    about: null,
  }
  const entry = { id: 'i1', receivedAt: now, reason: hostile, about: { from: hostile, subject: '', text: long } }
  const view = trayView(
    Array(20).fill(entry),
    Array(5).fill(held),
    Array.from({ length: 6 }, (_, i) => teamRow({ id: `t${i}` })),
    5 * 900 + 20 + 7,
  )
  expect(refusedView(view)).toEqual([])
  expect(wordsOn(view)).toContain('900 mails of')
  expect(wordsOn(view)).toContain('Let through')
  expect(wordsOn(view)).toContain('7 older mails will be shown once these are dealt with.')
})
