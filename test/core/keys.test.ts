import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deactivateAgent, seeAgent } from '../../src/core/agents.ts'
import { setBaseRole } from '../../src/core/permissions/roles.ts'
import {
  type ApiKeyForm,
  callerBy,
  createKey,
  keyPage,
  keyPageFor,
  noteUse,
  revokeKey,
} from '../../src/core/programs/keys.ts'
import { isNetwork, isWithin } from '../../src/core/programs/networks.ts'
import type { AgentRow } from '../../src/db/schema.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
beforeEach(async () => {
  town = await startTown()
})
afterEach(() => town.close())

const HERE = '127.0.0.1'
const make = (form: Partial<ApiKeyForm> = {}, by: AgentRow = town.ann) =>
  town.store.write(tx =>
    createKey(tx, { agentId: by.id, name: 'CRM', scopes: null, networks: null, expiresAt: null, ...form }, by),
  )
const opens = (key: string, address = HERE) => town.store.read(q => callerBy(q, key, address, town.clock.now))
const revoke = (id: string, by: AgentRow) => town.store.write(tx => revokeKey(tx, id, by))

describe('a key', () => {
  it('is kept as a hash: nothing that is stored has it', async () => {
    const { key } = await make()
    expect(key).toMatch(/^ovt_[\w-]{43}$/)
    const rows = await town.store.read(q => q.selectFrom('api_keys').selectAll().execute())
    expect(JSON.stringify(rows)).not.toContain(key.slice(8))
    expect(rows[0]).toMatchObject({ shown: key.slice(0, 8), agent_id: town.ann.id, created_by: town.ann.id })
  })

  it('opens as its agent, within its scopes', async () => {
    const { key } = await make({ scopes: ['tickets:read', 'tickets:read'] })
    expect(await opens(key)).toMatchObject({ agent: { id: town.ann.id }, scopes: ['tickets:read'], isAdmin: false })
    expect(await opens((await make()).key)).toMatchObject({ scopes: null })
  })

  it('that is another, or nearly the same, opens nothing', async () => {
    const { key } = await make()
    for (const wrong of ['', 'ovt_', 'x', key.slice(4), `${key}A`, key.slice(0, -1), key.toUpperCase(), `${key} `])
      expect(await opens(wrong)).toBeUndefined()
  })

  it('opens nothing once it is revoked, at once and for good', async () => {
    const { id, key } = await make()
    expect(await revoke(id, town.ann)).toBe(true)
    expect(await opens(key)).toBeUndefined()
    expect(await revoke(id, town.ann)).toBe(false)
    await expect(revoke('nothing', town.ann)).rejects.toThrow('This key is no more.')
  })

  it('opens until its last moment', async () => {
    const { key } = await make({ expiresAt: town.clock.now + 1_000 })
    expect(await opens(key)).toBeDefined()
    town.clock.now += 1_000
    expect(await opens(key)).toBeUndefined()
  })

  it('opens nothing once its agent has left, also when they come back', async () => {
    const { key } = await make()
    await town.store.write(tx => deactivateAgent(tx, town.ann.handle))
    expect(await opens(key)).toBeUndefined()
    await expect(make()).rejects.toThrow('is no longer here')
    await town.store.write(tx => seeAgent(tx, { handle: town.ann.handle, name: 'Ann', email: null }))
    expect(await opens(key)).toBeUndefined()
    expect(await opens((await make()).key)).toBeDefined()
  })

  it('notes its use once a minute', async () => {
    const { id } = await make()
    const lastUse = async () => (await town.store.read(q => keyPage(q, null, 1, null))).keys[0]?.lastUsedAt
    expect(await lastUse()).toBeNull()
    const first = town.clock.now
    await town.store.write(tx => noteUse(tx, id))
    town.clock.now += 59_000
    await town.store.write(tx => noteUse(tx, id))
    expect(await lastUse()).toBe(first)
    town.clock.now += 2_000
    await town.store.write(tx => noteUse(tx, id))
    expect(await lastUse()).toBe(town.clock.now)
  })

  it('is refused with all that is wrong', async () => {
    const wrong = { name: ' ', scopes: ['tickets:eat'], networks: ['10.0.0.0/33'], expiresAt: town.clock.now }
    await expect(make(wrong)).rejects.toMatchObject({
      problems: [
        { field: 'name' },
        { field: 'scopes', message: 'There is no scope tickets:eat.' },
        { field: 'networks' },
        { field: 'expires' },
      ],
    })
    await expect(make({ name: 'x'.repeat(81) })).rejects.toThrow('at most 80')
    await expect(make({ scopes: [] })).rejects.toThrow('Choose at least one scope.')
    await expect(make({ networks: [] })).rejects.toThrow('Name at least one network.')
    await expect(make({ networks: Array.from({ length: 51 }, (_, n) => `10.0.0.${n}`) })).rejects.toThrow('at most 50')
    await expect(make({ expiresAt: 1e18 })).rejects.toThrow('before the year 10000')
    await expect(make({ expiresAt: Number.NaN })).rejects.toThrow('This moment is over.')
  })

  it('is one of fifty that an agent has; those that are over do not count', async () => {
    for (let n = 0; n < 49; n++) await make()
    const { id } = await make({ expiresAt: town.clock.now + 1_000 })
    await expect(make()).rejects.toThrow('at most 50 keys')
    town.clock.now += 1_000
    await make()
    await expect(make()).rejects.toThrow('at most 50 keys')
    await revoke(id, town.ann)
    await expect(make()).rejects.toThrow('at most 50 keys')
  })
})

describe('keys of others', () => {
  it('are an admin’s to make, to see and to revoke', async () => {
    await town.store.write(tx => setBaseRole(tx, town.ann.id, 'admin', town.ann))
    await expect(make({ agentId: town.ann.id }, town.ben)).rejects.toThrow('Only an admin may do this. Ask Ann.')
    const own = await make({ name: 'of Ann' })
    const given = await make({ name: 'for Ben', agentId: town.ben.id })
    expect((await opens(own.key))?.isAdmin).toBe(true)
    expect(await opens(given.key)).toMatchObject({ agent: { id: town.ben.id }, isAdmin: false })

    const seen = (by: AgentRow) => town.store.read(q => keyPageFor(q, by, 10, null))
    expect((await seen(town.ann)).keys.map(k => k.name)).toEqual(['for Ben', 'of Ann'])
    expect(await seen(town.ben)).toMatchObject({ isAdmin: false, keys: [{ name: 'for Ben', madeBy: 'Ann' }] })

    await expect(revoke(own.id, town.ben)).rejects.toThrow('Only an admin')
    await revoke(given.id, town.ann)
    expect((await seen(town.ben)).keys).toEqual([])
  })

  it('are listed a page at a time, the newest first', async () => {
    for (let n = 1; n <= 5; n++) await make({ name: `Key ${n}` })
    const page = (after: string | null) => town.store.read(q => keyPage(q, town.ann.id, 2, after))
    const first = await page(null)
    const second = await page(first.next)
    const third = await page(second.next)
    expect([first, second, third].map(p => p.keys.map(k => k.name))).toEqual([
      ['Key 5', 'Key 4'],
      ['Key 3', 'Key 2'],
      ['Key 1'],
    ])
    expect(third.next).toBeNull()
  })
})

describe('networks', () => {
  it.each([
    ['10.1.2.3', ['10.0.0.0/8'], true],
    ['11.1.2.3', ['10.0.0.0/8'], false],
    ['203.0.113.7', ['203.0.113.7'], true],
    ['203.0.113.8', ['203.0.113.7', '203.0.113.9'], false],
    ['::ffff:10.1.2.3', ['10.0.0.0/8'], true],
    ['::ffff:0a01:0203', ['10.0.0.0/8'], true],
    ['10.1.2.3', ['::ffff:10.0.0.0/104'], true],
    ['2001:db8::7', ['2001:db8::/32'], true],
    ['2001:DB8:0:0:0:0:0:7', ['2001:db8::7'], true],
    ['2001:db9::7', ['2001:db8::/32'], false],
    ['fe80::1%eth0', ['fe80::/10'], true],
    ['::1', ['0.0.0.0/0'], false],
    ['nowhere', ['0.0.0.0/0'], false],
    ['', ['0.0.0.0/0'], false],
  ])('%s within %j: %s', (address, networks, within) => {
    expect(isWithin(address, networks)).toBe(within)
  })

  it('bind a key to where it is used from', async () => {
    const { key } = await make({ networks: ['10.0.0.0/8', '2001:db8::7'] })
    expect(await opens(key, '10.9.9.9')).toBeDefined()
    expect(await opens(key, '2001:db8::7')).toBeDefined()
    expect(await opens(key, HERE)).toBeUndefined()
  })

  it.each([
    '',
    'here',
    '10.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '::/129',
    'fe80::1%eth0',
    ' ::1',
  ])('"%s" is none', text => {
    expect(isNetwork(text)).toBe(false)
  })

  it.each(['10.0.0.1', '10.0.0.0/0', '10.0.0.0/32', '::1', '2001:db8::/32', '::/0'])('%s is one', text => {
    expect(isNetwork(text)).toBe(true)
  })
})
