import { expect, test } from 'vitest'
import { KEYS_ON_A_PAGE, keyForm, keysView, madeView } from '../../../../src/channels/slack/views/team/keys.ts'
import type { ListedKey } from '../../../../src/core/programs/keys.ts'
import { SCOPES } from '../../../../src/core/programs/scopes.ts'
import { refusedView } from './extremes.ts'
import { hostile, now, wordsOn } from './what-slack-refuses.ts'

const key: ListedKey = {
  id: 'k1',
  agentId: 'a1',
  name: hostile,
  shown: 'ovt_abcd',
  scopes: [...SCOPES].slice(1),
  networks: Array.from({ length: 50 }, (_, n) => `2001:db8:ffff:ffff:ffff:ffff:ffff:${n}/128`),
  expiresAt: now,
  lastUsedAt: now,
  createdAt: now,
  revokedAt: null,
  agent: { name: hostile, email: null, isGone: true },
  madeBy: hostile.repeat(3),
}

test('whatever keys, agents and networks are called, Slack takes the list, and nobody is called by it', () => {
  const keys = Array.from({ length: KEYS_ON_A_PAGE }, (_, n) => ({ ...key, id: `k${n}` }))
  for (const isAdmin of [true, false])
    expect(refusedView(keysView({ after: 'k0' }, { keys, next: 'k24', isAdmin }, now, null))).toEqual([])
  expect(refusedView(keysView({ after: null }, { keys: [], next: null, isAdmin: true }, now, null))).toEqual([])
  expect(refusedView(keyForm({ listId: 'V1' }, { handle: 'U1', isAdmin: true }))).toEqual([])
  expect(refusedView(madeView(hostile.repeat(3), `ovt_${'x'.repeat(43)}`))).toEqual([])
})

test('whoever looks at keys is told where all stands that programs can ask, if there is such an address', () => {
  const list = { keys: [], next: null, isAdmin: false }
  const shown = (url: string | null) => wordsOn(keysView({ after: null }, list, now, url))
  expect(shown('https://desk.tulip.test')).toContain('All that it can ask: https://desk.tulip.test/docs.')
  expect(shown(null)).not.toContain('/docs')
})

test('a key for everything says so, and one that is over says that it has expired', () => {
  const words = (more: Partial<ListedKey>) =>
    wordsOn(keysView({ after: null }, { keys: [{ ...key, ...more }], next: null, isAdmin: false }, now, null))
  expect(words({ scopes: null, networks: null })).toContain('everything · from anywhere')
  expect(words({ scopes: [...SCOPES] })).toContain('everything')
  expect(words({})).toContain('⚠️ expired')
  expect(words({ expiresAt: now + 1, lastUsedAt: null })).toMatch(/never used · expires/)
})
