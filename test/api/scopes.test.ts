import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ApiScope, SCOPES } from '../../src/core/programs/scopes.ts'
import { describedAt, type Program, programOf } from '../support/program.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
const keys = new Map<ApiScope, Program>() // with all scopes but this one
const operations: { path: string; method: string; scopes: string[] }[] = []

beforeAll(async () => {
  world = await startWorld({ env: { API_PER_MINUTE: '100000' } })
  for (const scope of SCOPES)
    keys.set(scope, await programOf(world, world.ann, { scopes: SCOPES.filter(s => s !== scope) }))
  const { paths } = await describedAt(world.overture.url)
  for (const [path, methods] of Object.entries(paths))
    for (const [method, operation] of Object.entries(methods)) {
      const { security } = operation as unknown as { security: Record<string, string[]>[] }
      operations.push({ path, method, scopes: Object.values(security[0] ?? {}).flat() })
    }
})
afterAll(() => world?.close())

it('whatever can be asked needs a scope, and is refused to a key that has all others', async () => {
  expect(operations.length).toBeGreaterThan(100)
  for (const { path, method, scopes } of operations) {
    const [scope] = scopes as ApiScope[]
    expect(scopes, `${method} ${path}`).toHaveLength(1)
    const reads = method === 'get' || path.includes('/search/')
    expect(scope, `${method} ${path}`).toMatch(reads ? /:read$/ : /:write$/)
    const program = keys.get(scope as ApiScope) as Program
    const url = path.replace(/\{\w+\}/g, 'SUP')
    const { status, body } = await program[method as 'get'](url, (method === 'get' ? undefined : {}) as never)
    expect(status, `${method} ${path}`).toBe(403)
    expect(JSON.stringify(body)).toContain(`lacks the scope ${scope}`)
  }
})
