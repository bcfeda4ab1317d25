import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { readAddress } from '../../../core/addresses.ts'
import { addressesOf, learnFacts } from '../../../core/customers.ts'
import type { Actor } from '../../../core/events.ts'
import { definedFor } from '../../../core/fields/known.ts'
import { setKnownFields } from '../../../core/fields/people.ts'
import { addPerson } from '../../../core/people/add.ts'
import { changePerson } from '../../../core/people/edit.ts'
import { recordingChanges } from '../../../core/people/history.ts'
import { lockPerson } from '../../../core/people/lock.ts'
import { customerNamed } from '../../../core/programs/named.ts'
import { accountNamed } from '../../../core/programs/named-setup.ts'
import { contactRecords, contactsWith } from '../../../core/programs/people.ts'
import { tagKey } from '../../../core/tags/tags.ts'
import type { Query, Tx } from '../../../db/store.ts'
import { actorIn } from '../../caller.ts'
import { answer, onceHeaders } from '../../once.ts'
import type { ApiOptions } from '../../options.ts'
import { fieldValues, givenIn } from '../custom-field-values.ts'
import { envelope, enveloped } from '../envelope.ts'
import { asGiven } from '../faults.ts'
import { paged, spanOf } from '../paging.ts'
import { contactOf, contactShape, fullName } from './contact.ts'

const params = z.object({ id: z.string().max(400) })
const name = z.string().max(1_000)

const wanted = z.object({
  email: z.string().max(1_000).optional(),
  name: name.optional(),
  firstName: name.nullish(),
  lastName: name.nullish(),
  phoneNumber: z.string().max(100).nullish(),
  accountId: z.string().max(255).nullish(),
  timezone: z.string().max(100).nullish(),
  tags: z.array(z.string().max(1_000)).max(100).optional(),
  ...fieldValues,
})
type Wanted = z.infer<typeof wanted>

const names = { address: 'email', account: 'accountId', zone: 'timezone', phone: 'phoneNumber' }

/** The customers, under the name that the documents have for them, and under a shorter one. */
export const contacts: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  for (const path of ['/customer-contacts', '/customers']) {
    server.get(
      path,
      {
        config: { scope: 'people:read', names },
        schema: {
          summary: 'Customers, those who were known first before others',
          querystring: z.object({
            email: z.string().max(1_000).optional(),
            accountId: z.string().max(255).optional(),
            tag: z.string().max(1_000).optional(),
            ...paged,
          }),
          response: { 200: enveloped(z.array(contactShape)) },
        },
      },
      async ({ query }) => {
        const { email, accountId, tag } = query
        const filter = {
          address: email === undefined ? undefined : readAddress(email, 'email').address,
          tag: tag === undefined ? undefined : tagKey(tag.trim()),
        }
        const found = await store.read(async q => {
          const account = accountId === undefined ? undefined : (await accountNamed(q, accountId)).id
          return contactRecords(q, { ...filter, accountId: account }, spanOf(query))
        })
        return envelope(found.map(contactOf), store.now())
      },
    )

    server.get(
      `${path}/:id`,
      {
        config: { scope: 'people:read' },
        schema: { summary: 'A customer', params, response: { 200: enveloped(contactShape) } },
      },
      async ({ params }) =>
        envelope(await store.read(async q => load(q, (await customerNamed(q, params.id)).id)), store.now()),
    )

    server.post(
      path,
      {
        config: { scope: 'people:write', names },
        schema: {
          summary: 'Makes a customer',
          headers: onceHeaders,
          body: wanted.extend({ email: z.string().max(1_000) }),
          response: { 201: enveloped(contactShape) },
        },
      },
      async (request, reply) => {
        const { body } = request
        return answer(store, request, reply, async tx => {
          const known = { address: body.email, name: fullName(body, '') }
          const id = await addPerson(tx, known, actorIn(request))
          await change(tx, id, { ...body, email: undefined }, actorIn(request))
          return { status: 201, body: envelope(await load(tx.q, id), tx.now) }
        })
      },
    )

    server.patch(
      `${path}/:id`,
      {
        config: { scope: 'people:write', names },
        schema: {
          summary: 'Changes what is known of a customer; an address is a further one',
          params,
          headers: onceHeaders,
          body: wanted,
          response: { 200: enveloped(contactShape) },
        },
      },
      async (request, reply) =>
        answer(store, request, reply, async tx => {
          const { id } = await customerNamed(tx.q, request.params.id)
          await change(tx, id, request.body, actorIn(request))
          return { status: 200, body: envelope(await load(tx.q, id), tx.now) }
        }),
    )
  }
}

/** What is absent stays. */
async function change(tx: Tx, id: string, body: Wanted, actor: Actor): Promise<void> {
  const row = await lockPerson(tx, id)
  const [record] = await contactsWith(tx.q, [id])
  const accountId =
    body.accountId === undefined ? row.account_id : body.accountId && (await accountNamed(tx.q, body.accountId)).id
  await changePerson(
    tx,
    id,
    {
      name: fullName(body, row.name) || ((await addressesOf(tx.q, id))[0] ?? ''),
      company: accountId ? { accountId } : '',
      zone: body.timezone === undefined ? (row.zone ?? '') : (body.timezone ?? ''),
      tags: body.tags ?? record?.tags ?? [],
      address: body.email ?? '',
    },
    actor,
  )
  const whose = { owner: 'customer', id } as const
  if (body.phoneNumber !== undefined)
    await recordingChanges(tx, whose, actor, () => learnFacts(tx, id, { fields: { phone: body.phoneNumber ?? '' } }))
  const fields = await definedFor(tx.q, 'customer')
  const { given, names } = await givenIn(tx.q, fields, body)
  if (Object.keys(given).length) await asGiven(names, () => setKnownFields(tx, whose, given, actor))
}

async function load(q: Query, id: string) {
  const [found] = await contactsWith(q, [id])
  if (!found) throw new Error(`The customer ${id} is not there.`)
  return contactOf(found)
}
