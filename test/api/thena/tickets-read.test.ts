import { afterAll, beforeAll, expect, it } from 'vitest'
import { ticketByIdentifier } from '../../../src/core/tickets/find.ts'
import { type Program, programOf, programWith } from '../../support/program.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
let ann: Program

beforeAll(async () => {
  world = await startWorld()
  ann = await programOf(world, world.ann)
})
afterAll(() => world?.close())

it('a program reads a ticket that an agent opened in Slack', async () => {
  await world.openTicket({ subject: 'A late parcel' })
  const { id } = await world.overture.store.read(q => ticketByIdentifier(q, 'SUP-1'))
  const { status, body } = await ann.get(`/v1/tickets/${id}`)
  expect(status).toBe(200)
  expect(body).toMatchObject({ status: true, message: 'Success' })
  expect(body.data).toMatchObject({
    title: 'A late parcel',
    ticketIdentifier: 'SUP-1',
    requestorEmail: 'jane@acme.test',
    statusId: 'awaiting_customer',
    isProactive: true,
  })
})

it('a ticket that is not there is refused in the words of the face', async () => {
  const { status, body } = await ann.get('/v1/tickets/nothing')
  expect(status).toBe(404)
  expect(body).toMatchObject({ status: false, statusCode: 404, error: 'Not Found', data: null })
})

it('nobody gets in without a key that opens something', async () => {
  expect((await programWith(world, '').get('/v1/tickets/x')).status).toBe(401)
  expect((await programWith(world, 'ovt_wrong').get('/v1/tickets/x')).status).toBe(401)
})
