import { z } from 'zod'
import { addressesOf, customerById } from '../../core/customers.ts'
import { knownFields, load } from '../../core/fields/known.ts'
import { customerKnownAs, externalIdOf } from '../../core/programs/external-ids.ts'
import { customerNamed } from '../../core/programs/named.ts'
import { tagsOfCustomer } from '../../core/tags/customers.ts'
import type { Query } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'

const text = z.string().nullable()

/** A customer: what Proto takes, and what we know beside it. */
export const customerShape = z
  .object({
    id: z.string(),
    provided_unique_id: text,
    external_customer_id: text,
    name: z.string(),
    location: text,
    email: text,
    emails: z.array(z.string()),
    phone_number: text,
    avatar: text,
    tags: z.array(z.string()),
    custom_fields: z.array(z.object({ id: z.string(), name: z.string(), value: z.string() })),
  })
  .meta({ id: 'ProtoCustomer' })

/** Of what Proto tells of a customer that for which we have no column: kept among what else is known of them, by these keys. */
export const KEPT = ['location', 'phone_number', 'avatar'] as const

/** The customer as Proto's programs know them; `name` is their own id for them, ours, or an address. Throws a Problem. */
export async function idOf(q: Query, name: string): Promise<string> {
  const known = await customerKnownAs(q, 'proto', name)
  if (known) return known
  try {
    return (await customerNamed(q, name)).id
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'not_found') throw error
    throw new Problem('not_found', 'No customer is known by this id.', 'customer')
  }
}

/** All that is told of a customer; `asked` is the id by which they were asked for. */
export async function customerOf(q: Query, id: string, asked?: string): Promise<z.infer<typeof customerShape>> {
  const { name } = await customerById(q, id)
  const emails = await addressesOf(q, id)
  const whose = { owner: 'customer', id } as const
  const json = await load(q, whose)
  const fields = await knownFields(q, whose)
  const isTheirs = asked !== undefined && (await customerKnownAs(q, 'proto', asked)) === id
  const [location, phone_number, avatar] = KEPT.map(key => json[key] || null) as [
    string | null,
    string | null,
    string | null,
  ]
  return {
    id,
    provided_unique_id: isTheirs ? asked : ((await externalIdOf(q, 'proto', [id])).get(id) ?? null),
    external_customer_id: (await externalIdOf(q, 'proto_external', [id])).get(id) ?? null,
    name,
    location,
    email: emails[0] ?? null,
    emails,
    phone_number,
    avatar,
    tags: await tagsOfCustomer(q, id),
    custom_fields: fields
      .filter(f => f.text)
      .map(({ field, text }) => ({ id: field.id, name: field.name, value: text })),
  }
}
