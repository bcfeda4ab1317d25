import { z } from 'zod'
import type { ContactRecord } from '../../../core/programs/people.ts'
import { heldBy, heldShape } from '../custom-field-values.ts'
import { isoOf, moment } from '../envelope.ts'
import { ORGANISATION } from '../organisation.ts'

const text = z.string().nullable()

/** A customer as programs are told of them. */
export const contactShape = z
  .object({
    id: z.string(),
    name: z.string(),
    firstName: text,
    lastName: text,
    email: z.string(),
    emails: z.array(z.string()),
    phoneNumber: text,
    avatarUrl: text,
    accountId: text,
    account: text,
    timezone: text,
    tags: z.array(z.string()),
    ...heldShape,
    organizationId: z.string(),
    isActive: z.boolean(),
    createdAt: moment,
    updatedAt: moment,
    deletedAt: moment.nullable(),
  })
  .meta({ id: 'ThenaCustomerContact' })

/** A customer of ours as Thena answers them. */
export function contactOf({
  row,
  account,
  addresses,
  tags,
  fields,
  changedAt,
}: ContactRecord): z.infer<typeof contactShape> {
  const [first, last] = partsOf(addresses.includes(row.name) ? '' : row.name)
  const known: Record<string, string> = row.fields ? JSON.parse(row.fields) : {}
  return {
    id: row.id,
    name: row.name,
    firstName: first || null,
    lastName: last || null,
    email: addresses[0] ?? '',
    emails: addresses,
    phoneNumber: known.phone || null,
    avatarUrl: null,
    accountId: account?.id ?? null,
    account: account?.name ?? null,
    timezone: row.zone,
    tags,
    ...heldBy(fields),
    organizationId: ORGANISATION,
    isActive: true,
    createdAt: isoOf(row.created_at),
    updatedAt: isoOf(changedAt),
    deletedAt: null,
  }
}

interface GivenName {
  name?: string | undefined
  firstName?: string | null | undefined
  lastName?: string | null | undefined
}

/** We know people by one name: what is given of it, and of the rest what it was. */
export function fullName({ name, firstName, lastName }: GivenName, before: string): string {
  if (name !== undefined) return name
  if (firstName === undefined && lastName === undefined) return before
  const [first, last] = partsOf(before.includes('@') ? '' : before)
  const parts = [firstName === undefined ? first : firstName, lastName === undefined ? last : lastName]
  return parts.flatMap(part => part?.trim() || []).join(' ')
}

function partsOf(name: string): [first: string, last: string] {
  const [first = '', ...others] = name.trim().split(/\s+/)
  return [first, others.join(' ')]
}
