import { afterAll, beforeAll, expect, it } from 'vitest'
import { annLeads } from '../../support/hired.ts'
import { type Program, programOf } from '../../support/program.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
let ann: Program

beforeAll(async () => {
  world = await startWorld()
  ann = await programOf(world, world.ann)
})
afterAll(() => world?.close())

const field = async (name: string) =>
  (await ann.post('/v1/custom-field', { name, source: 'ticket', fieldType: 'text' })).body.data.id as string

it('a form is added with what it asks for, changed, archived and brought back', async () => {
  const [order, colour] = [await field('Order'), await field('Colour')]
  const made = await ann.post('/v1/forms', {
    name: 'Returns',
    teamId: 'SUP',
    priorityId: 'high',
    fields: [{ fieldId: order, mandatoryOnCreation: true }, colour, order],
  })
  expect(made.status).toBe(201)
  expect(made.body.data).toMatchObject({ name: 'Returns', priority: 'High', isDefault: false, isActive: true })
  expect(made.body.data.fields).toEqual([
    {
      fieldId: order,
      name: 'Order',
      fieldType: 'single_line',
      order: 1,
      mandatoryOnCreation: true,
      mandatoryOnClose: true,
    },
    {
      fieldId: colour,
      name: 'Colour',
      fieldType: 'single_line',
      order: 2,
      mandatoryOnCreation: false,
      mandatoryOnClose: false,
    },
  ])
  const path = `/v1/forms/${made.body.data.id}`
  const list = (await ann.get('/v1/forms?teamId=SUP')).body.data
  expect(list.map((f: { name: string }) => f.name)).toEqual(['General', 'Returns'])
  expect(list[0].isDefault).toBe(true)
  expect((await ann.patch(path, { name: 'Sent back' })).body.data).toMatchObject({
    name: 'Sent back',
    priorityId: 'high',
    fields: made.body.data.fields,
  })
  expect((await ann.patch(path, { fields: [colour] })).body.data.fields).toHaveLength(1)
  expect((await ann.delete(path)).body.data.isActive).toBe(false)
  expect((await ann.get('/v1/forms')).body.data).toHaveLength(1)
  expect((await ann.get(path)).body.data).toMatchObject({ isActive: false, deletedAt: expect.any(String) })
  expect((await ann.patch(path, { isActive: true })).body.data.isActive).toBe(true)
})

it('all that is wrong with a form is said in the words of the request', async () => {
  const make = (body: object) => ann.post('/v1/forms', { name: 'New', teamId: 'SUP', ...body })
  const fieldsIn = (answered: { body: { errors: { field: string }[] } }) => answered.body.errors.map(e => e.field)
  expect(fieldsIn(await make({ name: ' ', fields: ['none'] }))).toEqual(['name', 'fields'])
  expect((await make({ name: 'GENERAL' })).status).toBe(409)
  expect((await make({ teamId: 'NONE' })).status).toBe(404)
  expect(fieldsIn(await make({ name: 1, priorityId: 'x', isActive: 'y' }))).toEqual(['name', 'priorityId', 'isActive'])
  expect((await ann.get('/v1/forms/none')).status).toBe(404)
  const [sent] = (await ann.get('/v1/forms?limit=1&page=1')).body.data
  await ann.delete(`/v1/forms/${sent.id}`)
  const [last] = (await ann.get('/v1/forms')).body.data
  expect((await ann.delete(`/v1/forms/${last.id}`)).body.message).toBe('A team needs a form. Add another one first.')
})

it('of ten at once one form is added, and leads alone add them', async () => {
  const make = (by: Program, name: string) => by.post('/v1/forms', { name, teamId: 'SUP' })
  const many = await Promise.all(Array.from({ length: 10 }, () => make(ann, 'At once')))
  expect(many.map(m => m.status).sort()).toEqual([201, ...Array(9).fill(409)])
  const ben = await programOf(world, world.ben)
  await annLeads(world)
  expect((await make(ben, 'By Ben')).status).toBe(403)
  const [form] = (await ben.get('/v1/forms')).body.data
  expect((await ben.patch(`/v1/forms/${form.id}`, { name: 'x' })).status).toBe(403)
  expect((await ben.delete(`/v1/forms/${form.id}`)).status).toBe(403)
})
