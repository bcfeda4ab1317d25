import { afterEach, beforeEach, expect, it } from 'vitest'
import { claimDeliveries } from '../../src/core/deliveries/claim.ts'
import { lettersFor } from '../../src/core/letters.ts'
import { addSender, changeSender } from '../../src/core/senders/edit.ts'
import { ticketView } from '../../src/core/tickets/view.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
beforeEach(async () => {
  town = await startTown()
})
afterEach(() => town.close())

const form = (teamId: string) => ({
  teamId,
  address: 'sales@tulip.test',
  name: 'Sales',
  smtpUrl: 'smtps://a:secret@mail.tulip.test:465',
  dkimSelector: null,
  dkimKey: null,
})

it('a sender whose password was sealed under another APP_SECRET holds up no other, and is mended by entering it', async () => {
  const id = await town.store.write(tx => addSender(tx, form(town.team.id)))
  const locked = await town.open({ senderId: id })
  town.store.key = Buffer.alloc(32, 7)
  await town.open()
  town.clock.now += 10_001
  const letters = () => town.store.write(async tx => lettersFor(tx.q, town.store, await claimDeliveries(tx, 10)))
  expect((await letters()).filter(l => l.key)).toHaveLength(2)
  const view = async () => (await town.store.read(q => ticketView(q, town.store, locked.id)))?.sender
  expect(await view()).toMatchObject({ isLocked: true, smtpUrl: null, broken: expect.stringContaining('APP_SECRET') })
  await town.store.write(tx => changeSender(tx, id, form(town.team.id)))
  expect(await view()).toMatchObject({ broken: null, smtpUrl: 'smtps://a:secret@mail.tulip.test:465' })
})
