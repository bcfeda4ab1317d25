import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { from, type Shape } from '../support/from-schema.ts'
import { describedAt, type Program, programOf } from '../support/program.ts'
import { startWorld, type World } from '../support/world.ts'

interface Parameter {
  in: 'path' | 'query' | 'header'
  name: string
  required?: boolean
  schema: Shape
}

interface Operation {
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { schema: Shape }> }
}

/** The same requests each time, so that a failure is one for everybody; FUZZ_SEED and FUZZ_RUNS look further. */
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_121)
const RUNS = Number(process.env.FUZZ_RUNS ?? 3)

let world: World
let ann: Program
let known: string[]

beforeAll(async () => {
  world = await startWorld({ env: { API_PER_MINUTE: '1000000' } })
  ann = await programOf(world, world.ann)
  await world.openTicket()
  known = await world.overture.store.read(async q => [
    ...(await q.selectFrom('tickets').select('id').execute()).map(r => r.id),
    ...(await q.selectFrom('teams').select('id').execute()).map(r => r.id),
    ...(await q.selectFrom('agents').select('id').execute()).map(r => r.id),
    ...(await q.selectFrom('customers').select('id').execute()).map(r => r.id),
    ...(await q.selectFrom('forms').select('id').execute()).map(r => r.id),
    ...(await q.selectFrom('messages').select('id').execute()).map(r => r.id),
    ...['SUP-1', 'SUP', 'sup', '1', 'jane@acme.test', 'open', 'closed', 'tickets'],
  ])
})
afterAll(() => world?.close())

it('whatever is asked of the API, it answers as it is described and is never at a loss', async () => {
  const { paths, components } = (await describedAt(world.overture.url)) as unknown as {
    paths: Record<string, Record<string, Operation>>
    components: { schemas: Record<string, Shape> }
  }
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  expect(operations.length).toBeGreaterThan(0)
  for (const { path, method, operation } of operations) {
    const request = requestsOf(path, operation, components.schemas)
    await fc.assert(
      fc.asyncProperty(request, async ({ url, body }) => {
        const answered = await ask(method, url, body)
        if (answered.status >= 500)
          throw new Error(`${method} ${url} was answered ${answered.status}: ${JSON.stringify(answered.body)}`)
      }),
      { seed: SEED, numRuns: RUNS, endOnFailure: true },
    )
  }
}, 240_000)

function requestsOf(path: string, { parameters = [], requestBody }: Operation, shapes: Record<string, Shape>) {
  const values = (kind: Parameter['in']) =>
    fc.record(
      Object.fromEntries(
        parameters
          .filter(p => p.in === kind)
          .map(p => [
            p.name,
            kind === 'path' ? fc.constantFrom(...known, 'nothing', '%00', '💥') : from(p.schema, shapes, known),
          ]),
      ),
      kind === 'path' ? {} : { requiredKeys: [] },
    )
  const shape = requestBody?.content['application/json']?.schema
  return fc
    .record({
      path: values('path'),
      query: values('query'),
      body: shape ? from(shape, shapes, known) : fc.constant(undefined),
    })
    .map(r => {
      const query = new URLSearchParams(
        Object.entries(r.query).map(([name, value]): [string, string] => [
          name,
          typeof value === 'string' ? value : JSON.stringify(value),
        ]),
      )
      const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(r.path[name])))
      return { url: query.size ? `${filled}?${query}` : filled, body: r.body }
    })
}

function ask(method: string, url: string, body: unknown) {
  switch (method) {
    case 'get':
      return ann.get(url)
    case 'post':
      return ann.post(url, body ?? {})
    case 'put':
      return ann.put(url, body ?? {})
    case 'patch':
      return ann.patch(url, body ?? {})
    default:
      return ann.delete(url)
  }
}
