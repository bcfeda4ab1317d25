import { readFileSync } from 'node:fs'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../src/db/open.ts'
import { preparedMany, slotsOf } from '../../src/db/prepared.ts'
import type { Store } from '../../src/db/store.ts'
import { tableOf } from '../../src/db/table.ts'
import { newDatabase } from '../support/database.ts'

let database: Awaited<ReturnType<typeof newDatabase>>
let store: Store

beforeEach(async () => {
  database = await newDatabase()
  store = await openStore(database.url)
})

afterEach(async () => {
  await store.close()
  await database.drop()
})

interface Setting {
  name: string
  value: string
}
const insertAll = preparedMany((q, rows: Setting[]) =>
  q.insertInto('settings').values(rows.map(row => slotsOf(row, ['name', 'value']))),
)
const setAll = preparedMany((q, rows: Setting[]) =>
  q
    .updateTable('settings')
    .from(tableOf(rows, r => [r.name, r.value]).as('wanted'))
    .set(e => ({ value: e.ref('wanted.column2') }))
    .whereRef('settings.name', '=', 'wanted.column1')
    .returning(['settings.name', 'settings.value']),
)

const put = (name: string) => store.write(tx => tx.q.insertInto('settings').values({ name, value: name }).execute())
const names = async () =>
  (await store.read(q => q.selectFrom('settings').select('name').orderBy('name').execute()))
    .map(r => r.name)
    .filter(n => n !== 'app_secret')

describe('the store', () => {
  it('opens no more connections to PostgreSQL than its URL allows', async () => {
    if (store.engine !== 'postgres') return
    const url = new URL(database.url)
    url.searchParams.set('connections', '2')
    const few = await openStore(url.href)
    const backend = () =>
      few.read(q => q.selectNoFrom(sql<number>`pg_backend_pid()`.as('pid')).executeTakeFirstOrThrow())
    const backends = await Promise.all(Array.from({ length: 6 }, backend))
    await few.close()
    expect(new Set(backends.map(b => b.pid)).size).toBe(2)
  })

  it('leaves nothing in its file of what was taken away', async () => {
    if (store.engine !== 'sqlite') return
    const value = 'zymurgist '.repeat(2_000)
    await store.write(tx => tx.q.insertInto('settings').values({ name: 'long', value }).execute())
    await store.close()
    expect(readFileSync(database.url).includes('zymurgist')).toBe(true)
    store = await openStore(database.url)
    await store.write(tx => tx.q.deleteFrom('settings').where('name', '=', 'long').execute())
    await store.close()
    expect(readFileSync(database.url).includes('zymurgist')).toBe(false)
    store = await openStore(database.url)
  })

  it('keeps all of many works that wait together, but for those that failed', async () => {
    const works = Array.from({ length: 250 }, (_, i) =>
      store.write(async tx => {
        await tx.q
          .insertInto('settings')
          .values({ name: `n${String(i).padStart(3, '0')}`, value: '' })
          .execute()
        if (i % 10 === 7) throw new Error(`no ${i}`)
      }),
    )
    const outcomes = await Promise.allSettled(works)
    expect(outcomes.filter(o => o.status === 'rejected')).toHaveLength(25)
    expect(await names()).toHaveLength(225)
    expect(await names()).not.toContain('n007')
  })

  it('is not opened by a version that does not know all that was done to its schema', async () => {
    const later = { name: '9999_of_a_later_version', timestamp: '' }
    const table = 'kysely_migration' as 'settings' // Kysely's own, and no part of our schema
    await store.write(tx =>
      tx.q
        .insertInto(table)
        .values(later as never)
        .execute(),
    )
    await expect(openStore(database.url)).rejects.toThrow('9999_of_a_later_version')
    await store.write(tx => tx.q.deleteFrom(table).where('name', '=', later.name).execute())
    await (await openStore(database.url)).close()
  })

  it('does also what the end of a work leaves in turn', async () => {
    const leave = (name: string) =>
      store.write(async tx => {
        const add = (key: string) => async () => {
          await tx.q.insertInto('settings').values({ name: key, value: '' }).execute()
        }
        tx.atEnd(name, async () => tx.atEnd(`${name} in turn`, add(`${name} in turn`)))
      })
    await Promise.all([leave('a'), leave('b')])
    expect(await names()).toEqual(['a in turn', 'b in turn'])
  })

  it('wakes those whom the end of a work wakes', async () => {
    let woken = 0
    store.listen('index', () => woken++)
    await Promise.all(['a', 'b'].map(key => store.write(async tx => tx.atEnd(key, async () => tx.wake('index')))))
    expect(woken).toBeGreaterThan(0)
  })

  it('does what works leave for the end once for each key, and a failure there fails no other work', async () => {
    let done = 0
    const works = Array.from({ length: 30 }, (_, i) =>
      store.write(async tx => {
        await tx.q
          .insertInto('settings')
          .values({ name: `n${i}`, value: '' })
          .execute()
        for (let twice = 0; twice < 2; twice++)
          tx.atEnd(`end ${i}`, async () => {
            if (i === 13) throw new Error('no end')
            await tx.q
              .insertInto('settings')
              .values({ name: `end${i}`, value: '' })
              .execute()
            done++
          })
      }),
    )
    const outcomes = await Promise.allSettled(works)
    expect(outcomes.map((o, i) => (o.status === 'rejected' ? i : -1)).filter(i => i >= 0)).toEqual([13])
    expect(await names()).toHaveLength(58)
    expect(await names()).not.toContain('n13')
    expect(done).toBeGreaterThanOrEqual(29)
  })

  it('tells those who listen once the work is durable, and not when it failed', async () => {
    const seen: number[] = []
    store.listen('outbox', () => seen.push(seen.length))
    await store.write(async tx => tx.wake('outbox'))
    await store
      .write(async tx => {
        tx.wake('outbox')
        throw new Error('no')
      })
      .catch(() => {})
    expect(seen).toHaveLength(1)
  })

  it('asks for many rows as for one, however many they are', async () => {
    const rows = Array.from({ length: 203 }, (_, i) => ({ name: `n${i}`, value: `v${i}` }))
    const { numAffectedRows } = await store.write(tx => insertAll(tx.q, rows))
    expect(numAffectedRows).toBe(203n)
    await store.write(tx => insertAll(tx.q, []))
    const swapped = rows.map(r => ({ name: r.name, value: `${r.value}!` }))
    const { rows: changed } = await store.write(tx => setAll(tx.q, swapped))
    expect(new Map(changed.map(r => [r.name, r.value]))).toEqual(new Map(swapped.map(r => [r.name, r.value])))
  })

  it('refuses a query outside the open transaction in place of waiting for ever', async () => {
    await expect(store.write(() => store.read(async () => 1))).rejects.toThrow('outside the open transaction')
    await expect(store.write(() => store.write(async () => 1))).rejects.toThrow('outside the open transaction')
  })

  it('is the same after it was opened again, with the secret that it made', async () => {
    await put('a')
    const { key } = store
    await store.close()
    store = await openStore(database.url)
    expect(await names()).toEqual(['a'])
    expect(store.key).toEqual(key)
  })
})
