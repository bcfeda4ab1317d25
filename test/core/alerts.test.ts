import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { alert, alertsUp, claimNotices, liftAlert, type Notice, settleNotice } from '../../src/core/alerts.ts'
import type { Outcome } from '../../src/core/letter.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
beforeEach(async () => {
  town = await startTown()
})
afterEach(() => town.close())

const raise = (key: string, text = 'The mailbox cannot be read.', teamId: string | null = null) =>
  town.store.write(tx => alert(tx, key, text, teamId))
const lift = (key: string, text?: string) => town.store.write(tx => liftAlert(tx, key, text))
const claim = () => town.store.write(tx => claimNotices(tx, 10))
const settle = (notice: Notice, outcome: Outcome) => town.store.write(tx => settleNotice(tx, notice, outcome))
async function carry(): Promise<Notice[]> {
  const notices = await claim()
  for (const n of notices) await settle(n, { sent: { id: n.externalId ?? 'C0SUPPORT:1.000001' } })
  return notices
}

describe('an alert', () => {
  it("is said once in the first team's place, however often it is raised", async () => {
    expect(await raise('imap')).toBe(true)
    expect(await raise('imap')).toBe(false)
    expect(await carry()).toMatchObject([{ place: 'C0SUPPORT', text: 'The mailbox cannot be read.', over: null }])
    expect(await raise('imap')).toBe(false)
    expect(await carry()).toEqual([])
    expect(await town.store.read(q => alertsUp(q, 5))).toHaveLength(1)
  })

  it('that is lifted is said to be over, and can be raised again', async () => {
    await raise('imap')
    await carry()
    expect(await lift('imap', 'The mailbox can be read again.')).toBe(true)
    expect(await lift('imap')).toBe(false)
    expect(await carry()).toMatchObject([{ over: 'The mailbox can be read again.', externalId: 'C0SUPPORT:1.000001' }])
    expect(await carry()).toEqual([])
    expect(await raise('imap')).toBe(true)
  })

  it('that is lifted before anybody heard of it is not said at all', async () => {
    await raise('imap')
    await lift('imap')
    expect(await carry()).toEqual([])
    town.clock.now += 3_600_000
    expect(await carry()).toEqual([])
  })

  it('that is lifted while it is being said is said to be over after that', async () => {
    await raise('imap')
    const [notice] = await claim()
    await lift('imap', 'Over.')
    await settle(notice!, { sent: { id: 'C0SUPPORT:1.000001' } })
    expect(await carry()).toMatchObject([{ over: 'Over.', externalId: 'C0SUPPORT:1.000001' }])
    expect(await carry()).toEqual([])
  })

  it('that could not be said is tried again, later and later', async () => {
    await raise('imap')
    const [first] = await claim()
    await settle(first!, { retry: { reason: 'Slack cannot be reached.' } })
    expect(await claim()).toEqual([])
    town.clock.now += 1_000
    expect(await claim()).toMatchObject([{ id: first!.id, attempts: 2 }])
    expect(await claim()).toEqual([])
  })

  it('that lasts is said again once a day', async () => {
    await raise('imap')
    await carry()
    town.clock.now += 25 * 3_600_000
    expect(await raise('imap')).toBe(true)
    expect(await carry()).toHaveLength(1)
    expect(await town.store.read(q => alertsUp(q, 5))).toHaveLength(1)
  })

  it('waits until there is a team to tell', async () => {
    await town.store.write(tx => tx.q.updateTable('teams').set({ archived_at: 1 }).execute())
    await raise('imap')
    expect(await claim()).toEqual([])
    await town.store.write(tx => tx.q.updateTable('teams').set({ archived_at: null }).execute())
    town.clock.now += 60_000
    expect(await carry()).toHaveLength(1)
  })
})
