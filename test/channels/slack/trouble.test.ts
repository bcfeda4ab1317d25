import { afterEach, expect, it } from 'vitest'
import { atDesk } from '../../support/desk.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
afterEach(() => world?.close())

const { told } = atDesk(() => world)
const pending = () =>
  world.overture.store.read(q => q.selectFrom('inbound').selectAll().where('state', '=', 'pending').executeTakeFirst())
const tryAgain = (row: { attempts: number; received_at?: number }) =>
  world.overture.store.write(async tx => {
    await tx.q
      .updateTable('inbound')
      .set({ ...row, due_at: 0 })
      .where('state', '=', 'pending')
      .execute()
    tx.wake('inbox')
  })

it('what an agent wrote and we cannot take in is tried for a day; they are told, and it lies in no tray', async () => {
  world = await startWorld()
  const card = await world.openTicket()
  world.slack.faults.next('files.info', { kind: 'error', error: 'internal_error' }, 1_000)
  const files = [{ name: 'a.txt', bytes: 'a', mimetype: 'text/plain' }]
  await world.ann.say({ channel: 'support', thread_ts: card.ts, text: 'See the file', files })
  await world.slack.until(async () => (await pending())?.reason)
  await tryAgain({ attempts: 7 })
  await told('is tried again')
  await world.slack.until(async () => (await pending())?.attempts === 8)
  await tryAgain({ attempts: 8, received_at: 0 })
  await told('Please write it again')
  await world.ann.openHome()
  const home = await world.slack.until(() => world.ann.home())
  await world.ann.click({ view: home.id }, 'home_tab:setup')
  await world.slack.until(() => JSON.stringify(world.ann.home()).includes('Add a team'))
  expect(JSON.stringify(world.ann.home())).not.toContain('open_tray')
})
