import { z } from 'zod'
import { type CustomerRecord, customerRecords } from '../../core/programs/customers.ts'
import { externalIdOf } from '../../core/programs/external-ids.ts'
import { isoOf, moment } from '../moment.ts'
import { PROJECT } from './project.ts'
import type { Tell } from './tell.ts'

/** What is filled in of something. */
export const fieldShape = z.object({ key: z.string(), value: z.string() })

/** A customer as Sendbird Desk answers them, and their address. */
export const customerShape = z
  .object({
    id: z.number().int(),
    project: z.number().int(),
    sendbirdId: z.string(),
    channelType: z.enum(['SENDBIRD', 'FACEBOOK_PAGE', 'TWITTER_USER', 'INSTAGRAM_USER', 'WHATSAPP_USER']),
    displayName: z.string(),
    email: z.string().nullable(),
    photoThumbnailUrl: z.string().nullable(),
    customFields: z.array(fieldShape),
    createdAt: moment,
  })
  .meta({ id: 'SendbirdCustomer' })

export type SendbirdCustomer = z.infer<typeof customerShape>

/** Customers by id. */
export async function customersTold(t: Tell, ids: readonly string[]): Promise<Map<string, SendbirdCustomer>> {
  const records = await customerRecords(t.q, ids)
  const known = [...records.keys()]
  const numbers = await t.numbers({ customer: known })
  const names = await externalIdOf(t.q, 'sendbird', known)
  return new Map([...records].map(([id, record]) => [id, customerOf(record, numbers.get(id) as number, names.get(id))]))
}

export async function customerTold(t: Tell, id: string): Promise<SendbirdCustomer> {
  return (await customersTold(t, [id])).get(id) as SendbirdCustomer
}

function customerOf(record: CustomerRecord, number: number, sendbirdId = record.address ?? ''): SendbirdCustomer {
  return {
    id: number,
    project: PROJECT,
    sendbirdId,
    channelType: 'SENDBIRD',
    displayName: record.name,
    email: record.address,
    photoThumbnailUrl: null,
    customFields: record.fields.map(([key, value]) => ({ key, value })),
    createdAt: isoOf(record.createdAt),
  }
}
