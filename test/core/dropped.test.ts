import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dropOldMail, rawOf } from '../../src/core/dropped.ts'
import { storeInbound } from '../../src/core/inbound/store.ts'
import type { InboundRow } from '../../src/db/schema.ts'
import { startTown, type Town } from '../support/town.ts'

const DAY = 24 * 3_600_000
let town: Town
beforeEach(async () => {
  town = await startTown()
})
afterEach(() => town.close())

const rows = (): Promise<InboundRow[]> =>
  town.store.read(q => q.selectFrom('inbound').selectAll().orderBy('id').execute())
const messages = () => town.store.read(q => q.selectFrom('messages').select('text').execute())

describe('the raw mail', () => {
  it('is let go after its time, and what was read from it stays', async () => {
    await town.arrive({ key: '<1@acme.test>', to: ['support@tulip.test'] })
    town.clock.now += 60 * DAY
    await town.arrive({ key: '<2@acme.test>', to: ['support@tulip.test'] })
    town.clock.now += 30 * DAY + 1
    const before = await messages()
    expect(await dropOldMail(town.store, 90)).toBe(1)
    const [old, young] = await rows()
    expect(old).toMatchObject({ state: 'recorded', dropped_at: town.clock.now })
    expect(old?.raw).toHaveLength(0)
    expect(old?.reason).toContain('A new ticket')
    expect(young?.raw.toString()).toBe('<2@acme.test>')
    expect(await messages()).toEqual(before)
    expect(await dropOldMail(town.store, 90)).toBe(0)
  })

  it('is not taken in again afterwards', async () => {
    await town.arrive({ key: '<1@acme.test>', to: ['support@tulip.test'] })
    town.clock.now += 91 * DAY
    await dropOldMail(town.store, 90)
    const again = { channel: 'email', key: '<1@acme.test>', raw: Buffer.from('the same') }
    expect(await town.store.write(tx => storeInbound(tx, again))).toBe(false)
    expect(await rows()).toHaveLength(1)
  })

  it('cannot be read again afterwards, and says why', async () => {
    await town.arrive({ key: '<1@acme.test>', to: ['support@tulip.test'] })
    const [row] = await rows()
    expect(rawOf(row as InboundRow).toString()).toBe('<1@acme.test>')
    town.clock.now += 91 * DAY
    await dropOldMail(town.store, 90)
    const [dropped] = await rows()
    expect(() => rawOf(dropped as InboundRow)).toThrow('The mail itself is kept no more since 2026-04-06')
  })

  it('stays as long as it waits for somebody in the tray, and for ever where that is wished', async () => {
    await town.arrive({ key: '<1@acme.test>' })
    await town.arrive({ key: '<2@acme.test>', to: ['support@tulip.test'] })
    town.clock.now += 4_000 * DAY
    expect(await dropOldMail(town.store, 0)).toBe(0)
    expect(await dropOldMail(town.store, 90)).toBe(1)
    expect((await rows()).map(r => [r.state, r.raw.length > 0])).toEqual([
      ['unmatched', true],
      ['recorded', false],
    ])
  })

  it('of many mails is let go in pieces, oldest first', async () => {
    await town.store.write(async tx => {
      for (let i = 0; i < 250; i++)
        await storeInbound(tx, { channel: 'email', key: `<${i}@acme.test>`, raw: Buffer.from('x') })
      await tx.q.updateTable('inbound').set({ state: 'ignored' }).execute()
    })
    town.clock.now += 91 * DAY
    expect(await dropOldMail(town.store, 90)).toBe(250)
    expect((await rows()).every(r => r.raw.length === 0)).toBe(true)
  })
})
