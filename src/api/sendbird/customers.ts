import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { addressIn } from '../../core/addresses.ts'
import { customerByAddress } from '../../core/customers.ts'
import type { Actor } from '../../core/events.ts'
import { bringPerson, tellOfPerson } from '../../core/people/bring.ts'
import { customersFound } from '../../core/programs/customers.ts'
import { customerKnownAs } from '../../core/programs/external-ids.ts'
import type { Query, Tx } from '../../db/store.ts'
import { actorIn } from '../caller.ts'
import { answer, onceHeaders } from '../once.ts'
import type { ApiOptions } from '../options.ts'
import { type CustomFieldsInput, customFieldsInput, fieldsIn } from './custom-fields.ts'
import { customerShape, customersTold, customerTold } from './customer.ts'
import { customerBySendbirdId, customerGiven, idParams } from './given.ts'
import { MOST_COUNTED, pageOf, pageQuery, pageShape } from './page.ts'
import { tellIn, told } from './tell.ts'

const FIELD_LIMITS = { most: 20, key: 20, value: 190 }

const listQuery = z.object({ ...pageQuery, sendbird_id: z.string().min(1).max(320).optional() })

const newCustomer = z.object({
  sendbirdId: z.string().trim().min(1).max(320),
  displayName: z.string().trim().max(200).optional(),
  email: z.string().max(400).optional(),
  customFields: customFieldsInput.optional(),
})
type NewCustomer = z.infer<typeof newCustomer>

/** Customers, and what is known of them. */
export const customers: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  server.get(
    '/customers',
    {
      config: { scope: 'people:read' },
      schema: {
        summary: 'Customers, the newest first',
        querystring: listQuery,
        response: { 200: pageShape(customerShape) },
      },
    },
    request =>
      told(store, async t => {
        const { ids, count } = await found(t.q, request.query)
        const customers = await customersTold(t, ids)
        return pageOf(
          request,
          request.query,
          count,
          ids.flatMap(id => customers.get(id) ?? []),
        )
      }),
  )
  server.get(
    '/customers/:id',
    {
      config: { scope: 'people:read' },
      schema: { summary: 'A customer', params: idParams, response: { 200: customerShape } },
    },
    request => told(store, async t => customerTold(t, (await customerGiven(t.q, request.params.id)).id)),
  )
  server.post(
    '/customers',
    {
      config: { scope: 'people:write', names: { address: 'email', external_id: 'sendbirdId', name: 'displayName' } },
      schema: {
        summary: 'A customer who can be written to from now on',
        headers: onceHeaders,
        body: newCustomer,
        response: { 200: customerShape, 201: customerShape },
      },
    },
    async (request, reply) =>
      answer(store, request, reply, async tx => {
        const { id, isNew } = await create(tx, request.body, actorIn(request))
        return { status: isNew ? 201 : 200, body: await customerTold(tellIn(tx), id) }
      }),
  )

  const change = { params: idParams, headers: onceHeaders, response: { 200: customerShape } }
  server.patch(
    '/customers/:id',
    {
      config: { scope: 'people:write', names: { name: 'displayName' } },
      schema: {
        ...change,
        summary: 'Change what is known of a customer',
        body: z.object({ displayName: z.string().max(1_000).optional(), customFields: customFieldsInput.optional() }),
      },
    },
    async (request, reply) =>
      answer(store, request, reply, async tx => {
        const { displayName, customFields } = request.body
        const { id } = await customerGiven(tx.q, request.params.id)
        await tellOfPerson(tx, id, { name: displayName, fields: filledIn(customFields) }, actorIn(request))
        return { status: 200, body: await customerTold(tellIn(tx), id) }
      }),
  )
  server.patch(
    '/customers/:id/custom_fields',
    {
      config: { scope: 'people:write' },
      schema: {
        ...change,
        summary: 'Fill in what is known of a customer, beside what is',
        body: z.object({ customFields: customFieldsInput }),
      },
    },
    async (request, reply) =>
      answer(store, request, reply, async tx => {
        const { id } = await customerGiven(tx.q, request.params.id)
        await tellOfPerson(tx, id, { fields: filledIn(request.body.customFields) }, actorIn(request))
        return { status: 200, body: await customerTold(tellIn(tx), id) }
      }),
  )
}

function filledIn(input: CustomFieldsInput | undefined): Record<string, string> | undefined {
  return input === undefined ? undefined : fieldsIn(input, FIELD_LIMITS)
}

/** By Sendbird's id there is one, or none. */
async function found(q: Query, { limit, offset, sendbird_id }: z.infer<typeof listQuery>) {
  if (sendbird_id === undefined) return customersFound(q, { limit, offset, most: MOST_COUNTED })
  const customer = await customerBySendbirdId(q, sendbird_id)
  return { ids: customer && offset === 0 ? [customer.id] : [], count: customer ? 1 : 0 }
}

/** The customer whom Sendbird knows by this, or who has this address; a new one when there is none. */
async function create(tx: Tx, form: NewCustomer, actor: Actor): Promise<{ id: string; isNew: boolean }> {
  const { sendbirdId, displayName, email, customFields } = form
  const address = email ?? addressIn(sendbirdId) ?? undefined
  const isKnown =
    (await customerKnownAs(tx.q, 'sendbird', sendbirdId)) !== undefined ||
    (await customerByAddress(tx.q, addressIn(address ?? '') ?? '')) !== undefined
  const brought = { name: displayName, address, fields: filledIn(customFields) }
  return { id: await bringPerson(tx, 'sendbird', sendbirdId, brought, actor), isNew: !isKnown }
}
