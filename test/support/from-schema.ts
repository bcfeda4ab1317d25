import fc, { type Arbitrary } from 'fast-check'

/** A JSON Schema as the description of the API has it. */
export interface Shape {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  anyOf?: Shape[]
  oneOf?: Shape[]
  allOf?: Shape[]
  items?: Shape
  properties?: Record<string, Shape>
  required?: string[]
  additionalProperties?: boolean | Shape
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  format?: string
}

type Shapes = Record<string, Shape>

const WILD = [
  '',
  ' ',
  '\0',
  '\ud800',
  '💥'.repeat(50),
  "'; drop table tickets; --",
  '{{ customer.name }}',
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '%00%',
  'null',
  '-1',
  '1e999',
  '9'.repeat(30),
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '2026-02-31',
  'x'.repeat(5_000),
  '=cmd|calc',
  'a@b',
  'A <a@acme.test>, b@acme.test',
  'javascript:alert(1)',
  'http://127.0.0.1:1/',
  'http://[::1]:1/',
  'file:///etc/passwd',
]

/**
 * Values of a shape, most of them fitting, some not: what is wanted of a request that nobody meant well. `known` are texts
 * that mean something here, such as ids.
 */
export function from(shape: Shape, shapes: Shapes, known: string[], depth = 0): Arbitrary<unknown> {
  return fc.oneof(
    { weight: 9, arbitrary: fitting(shape, shapes, known, depth) },
    { weight: 1, arbitrary: anything(known) },
  )
}

function anything(known: string[]): Arbitrary<unknown> {
  return fc.oneof(
    fc.constantFrom<unknown>(null, true, 0, -1, 1.5, Number.MAX_SAFE_INTEGER, 1e300, [], {}, [null], [[]], {
      a: { b: [] },
    }),
    words(known),
    fc.jsonValue({ maxDepth: 2 }),
  )
}

function words(known: string[]): Arbitrary<string> {
  return fc.oneof(fc.constantFrom(...known), fc.constantFrom(...WILD), fc.string({ unit: 'binary', maxLength: 40 }))
}

function fitting(shape: Shape, shapes: Shapes, known: string[], depth: number): Arbitrary<unknown> {
  const within = (inner: Shape) => from(inner, shapes, known, depth + 1)
  if (depth > 5) return fc.constant(null)
  if (shape.$ref) return fitting(shapes[shape.$ref.split('/').at(-1) as string] ?? {}, shapes, known, depth)
  if ('const' in shape) return fc.constant(shape.const)
  if (shape.enum) return fc.constantFrom(...shape.enum)
  const choices = shape.anyOf ?? shape.oneOf
  if (choices) return fc.oneof(...choices.map(within))
  const [first, second] = shape.allOf ?? []
  if (first && second) return fc.tuple(within(first), within(second)).map(([a, b]) => Object.assign({}, a, b))
  const type = Array.isArray(shape.type) ? shape.type[0] : shape.type
  switch (type) {
    case 'string':
      return text(shape, known)
    case 'integer':
      return fc.integer({
        min: Math.max(shape.minimum ?? -10, -(2 ** 53) + 1),
        max: Math.min(shape.maximum ?? 1_000, 2 ** 53 - 1),
      })
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return fc.array(within(shape.items ?? {}), { maxLength: 3 })
    case 'object':
      return object(shape, within, known)
    default:
      return anything(known)
  }
}

function object(shape: Shape, within: (inner: Shape) => Arbitrary<unknown>, known: string[]): Arbitrary<unknown> {
  const named = Object.entries(shape.properties ?? {})
  const required = shape.required ?? []
  const fields = fc.record(Object.fromEntries(named.map(([name, inner]) => [name, within(inner)])), {
    requiredKeys: required as never[],
  })
  if (named.length) return fields
  const inner = typeof shape.additionalProperties === 'object' ? within(shape.additionalProperties) : anything(known)
  return fc.dictionary(words(known), inner, { maxKeys: 3 })
}

function text({ format, minLength = 0, maxLength = 10_000 }: Shape, known: string[]): Arbitrary<string> {
  if (format === 'date-time')
    return fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }).map(d => d.toISOString())
  if (format === 'date')
    return fc
      .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
      .map(d => d.toISOString().slice(0, 10))
  if (format === 'email') return fc.constantFrom('jane@acme.test', 'nobody@acme.test', 'x@y.test')
  return words(known).map(s => s.slice(0, maxLength).padEnd(minLength, 'x'))
}
