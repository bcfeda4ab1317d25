import { z } from 'zod'
import { type Asked, askedIn } from '../../../core/fields/asked.ts'
import type { Field } from '../../../core/fields/field.ts'
import { type Facts, factsOf } from '../../../core/programs/facts.ts'
import type { FieldOwner } from '../../../db/schema.ts'
import type { Query } from '../../../db/store.ts'
import { Problem } from '../../../lib/problem.ts'
import { isoOf, moment } from '../envelope.ts'
import { ORGANISATION } from '../organisation.ts'
import { TYPE_OF } from './field-types.ts'

const text = z.string().nullable()

/** A custom field as programs are told of it. */
export const fieldShape = z
  .object({
    id: z.string(),
    uid: z.string(),
    slug: z.string(),
    name: z.string(),
    source: z.string(),
    fieldType: z.string(),
    description: text,
    options: z.array(z.object({ id: z.string(), value: z.string() })),
    metadata: z.record(z.string(), z.unknown()),
    placeholderText: text,
    hintText: text,
    mandatoryOnCreation: z.boolean(),
    mandatoryOnClose: z.boolean(),
    visibleToCustomer: z.boolean(),
    editableByCustomer: z.boolean(),
    autoAddToAllForms: z.boolean(),
    defaultValue: z.union([z.string(), z.array(z.string())]).nullable(),
    teamId: text,
    organizationId: z.string(),
    lookup: text,
    isActive: z.boolean(),
    createdAt: moment.nullable(),
    updatedAt: moment.nullable(),
    deletedAt: moment.nullable(),
  })
  .meta({ id: 'ThenaCustomField' })

/** These fields as programs are told of them. */
export async function toldOf(q: Query, fields: Field[]): Promise<z.infer<typeof fieldShape>[]> {
  const asked = await askedIn(
    q,
    fields.flatMap(f => f.teamId ?? []),
  )
  const facts = await factsOf(
    q,
    fields.map(f => f.id),
  )
  return fields.map(f => fieldOf(f, asked.get(f.id), facts.get(f.id) ?? {}))
}

function fieldOf(field: Field, asked: Asked | undefined, facts: Facts): z.infer<typeof fieldShape> {
  const said = (name: string) => (facts[name] as string | undefined) ?? null
  const [first = null] = field.initial
  return {
    id: field.id,
    uid: field.id,
    slug: field.key,
    name: field.name,
    source: SOURCE_OF[field.owner],
    fieldType: TYPE_OF[field.kind],
    description: said('description'),
    options: field.options.map(value => ({ id: value, value })),
    metadata: (facts.metadata as Record<string, unknown> | undefined) ?? {},
    placeholderText: said('placeholderText'),
    hintText: field.hint || null,
    mandatoryOnCreation: asked?.required === 'creation',
    mandatoryOnClose: asked ? asked.required !== null : false,
    visibleToCustomer: field.visible,
    editableByCustomer: false,
    autoAddToAllForms: asked?.byAll ?? false,
    defaultValue: field.kind === 'multi' ? field.initial : first,
    teamId: field.teamId,
    organizationId: ORGANISATION,
    lookup: field.kind === 'user' ? 'user' : null,
    isActive: field.archivedAt === null,
    createdAt: null,
    updatedAt: null,
    deletedAt: isoOf(field.archivedAt),
  }
}

/** Whose fields these are, as Thena calls them. */
const SOURCE_OF: Record<FieldOwner, string> = { ticket: 'ticket', customer: 'customer_contact', account: 'account' }

const OWNERS = new Map<string, FieldOwner>([
  ['ticket', 'ticket'],
  ['tickets', 'ticket'],
  ['account', 'account'],
  ['accounts', 'account'],
  ['company', 'account'],
  ['customer_contact', 'customer'],
  ['contact', 'customer'],
  ['customer', 'customer'],
])

/** Whose field is meant. Throws a Problem under `source` that lists them. */
export function ownerNamed(source: string): FieldOwner {
  const owner = OWNERS.get(
    source
      .trim()
      .toLowerCase()
      .replace(/[\s-]+/g, '_'),
  )
  if (owner) return owner
  throw new Problem('invalid', `A field is one of ${Object.values(SOURCE_OF).join(', ')}.`, 'source')
}
