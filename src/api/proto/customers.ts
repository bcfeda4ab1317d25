import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { definedFor } from '../../core/fields/known.ts'
import { setKnownFields } from '../../core/fields/people.ts'
import { folded, type Given } from '../../core/fields/read.ts'
import { bringPerson } from '../../core/people/bring.ts'
import { lockPerson } from '../../core/people/lock.ts'
import { addTagsOfCustomer, unknownTags } from '../../core/people/tags.ts'
import { refuseUnlessChangesSome } from '../../core/permissions/may.ts'
import { knowOnlyAs } from '../../core/programs/external-ids.ts'
import { agentNamed, teamNamed } from '../../core/programs/named.ts'
import { LONGEST_TAG, MOST_TAGS } from '../../core/tags/tags.ts'
import type { Query } from '../../db/store.ts'
import { Problem, Problems } from '../../lib/problem.ts'
import { actorIn } from '../caller.ts'
import { answer, onceHeaders } from '../once.ts'
import type { ApiOptions } from '../options.ts'
import { customerOf, customerShape, idOf, KEPT } from './customer.ts'

const ID = z.string().min(1).max(255)
const params = z.object({ subcompany_id: z.string(), provided_unique_id: ID })
const kept = z.string().max(1_000).nullish()
const names = {
  team: 'subcompany_id',
  customer: 'provided_unique_id',
  address: 'email',
  external_id: 'external_customer_id',
}

/** What is known of customers. */
export const knowing: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  server.get(
    '/customers/:subcompany_id/customer/:provided_unique_id/get-customer',
    {
      config: { scope: 'people:read', names },
      schema: { summary: 'A customer, by your own id for them', params, response: { 200: customerShape } },
    },
    request => {
      const { subcompany_id, provided_unique_id } = request.params
      return store.read(async q => {
        await teamNamed(q, subcompany_id)
        return customerOf(q, await idOf(q, provided_unique_id), provided_unique_id)
      })
    },
  )

  server.put(
    '/customers/:subcompany_id/create-customer/:provided_unique_id',
    {
      config: { scope: 'people:write', names },
      schema: {
        summary: 'Add a customer by your own id for them, or change what is known of them',
        params,
        headers: onceHeaders,
        body: z.object({
          external_customer_id: z.string().max(255).nullish(),
          name: z.string().max(200).nullish(),
          location: kept,
          email: z.string().max(320).nullish(),
          phone_number: kept,
          avatar: kept,
        }),
        response: { 200: customerShape },
      },
    },
    async (request, reply) => {
      const { subcompany_id, provided_unique_id } = request.params
      const { external_customer_id: external, name, email, ...rest } = request.body
      const fields = Object.fromEntries(KEPT.flatMap(key => (rest[key] == null ? [] : [[key, rest[key]]])))
      return answer(store, request, reply, async tx => {
        await teamNamed(tx.q, subcompany_id)
        const told = { name: name ?? undefined, address: email ?? undefined, fields }
        const id = await bringPerson(tx, 'proto', provided_unique_id, told, actorIn(request))
        if (external != null) await knowOnlyAs(tx, 'proto_external', external || null, id)
        return { status: 200, body: await customerOf(tx.q, id, provided_unique_id) }
      })
    },
  )

  server.put(
    '/customers/:subcompany_id/customer/:provided_unique_id/add-tags',
    {
      config: { scope: 'people:write', names },
      schema: {
        summary: 'Add tags to a customer',
        params,
        headers: onceHeaders,
        body: z.object({
          tags: z.array(z.string().max(LONGEST_TAG)).max(MOST_TAGS),
          create_if_not_exists: z.boolean().default(false),
        }),
        response: { 200: customerShape },
      },
    },
    async (request, reply) => {
      const { subcompany_id, provided_unique_id } = request.params
      const { tags, create_if_not_exists } = request.body
      return answer(store, request, reply, async tx => {
        await teamNamed(tx.q, subcompany_id)
        const id = await idOf(tx.q, provided_unique_id)
        if (!create_if_not_exists) await refuseUnknown(tx.q, tags)
        await addTagsOfCustomer(tx, id, tags, actorIn(request))
        return { status: 200, body: await customerOf(tx.q, id, provided_unique_id) }
      })
    },
  )

  const value = z.union([
    z.string().max(3_000),
    z.number(),
    z.boolean(),
    z.null(),
    z.array(z.string().max(255)).max(100),
  ])
  server.put(
    '/customers/:subcompany_id/customer/:provided_unique_id/add-custom-fields',
    {
      config: { scope: 'people:write', names },
      schema: {
        summary: 'Fill in custom fields of a customer',
        params,
        headers: onceHeaders,
        body: z.object({
          custom_fields: z
            .array(z.object({ id: z.string().max(100).optional(), name: z.string().max(100).optional(), value }))
            .max(100)
            .describe('Each names its field by `id` or `name`; `null` empties it.'),
        }),
        response: { 200: customerShape },
      },
    },
    async (request, reply) => {
      const { subcompany_id, provided_unique_id } = request.params
      return answer(store, request, reply, async tx => {
        await teamNamed(tx.q, subcompany_id)
        const actor = actorIn(request)
        await refuseUnlessChangesSome(tx.q, actor)
        const id = await idOf(tx.q, provided_unique_id)
        await lockPerson(tx, id)
        const given = await givenIn(tx.q, request.body.custom_fields)
        await setKnownFields(tx, { owner: 'customer', id }, given, actor).catch(namedByPlace(Object.keys(given)))
        return { status: 200, body: await customerOf(tx.q, id, provided_unique_id) }
      })
    },
  )
}

async function refuseUnknown(q: Query, tags: string[]): Promise<void> {
  const unknown = await unknownTags(q, tags)
  if (unknown.length)
    throw new Problem('invalid', `There is no tag ${unknown.join(', ')}. It is made with create_if_not_exists.`, 'tags')
}

interface GivenField {
  id?: string | undefined
  name?: string | undefined
  value: string | number | boolean | string[] | null
}

/** What is given, by the ids of fields. Throws Problems for fields that there are not. */
async function givenIn(q: Query, fields: GivenField[]): Promise<Given> {
  const defined = await definedFor(q, 'customer')
  const faults: Problem[] = []
  const given: Given = {}
  for (const [i, { id, name = '', value }] of fields.entries()) {
    const field = defined.find(f =>
      id === undefined ? f.key === name || folded(f.name) === folded(name) : f.id === id,
    )
    if (!field) faults.push(new Problem('invalid', 'There is no such field.', `custom_fields.${i}`))
    else given[field.id] = field.kind === 'user' ? await peopleIn(q, value) : textsOf(value)
  }
  if (faults.length) throw new Problems(faults)
  return given
}

/** People are told by their id or address. */
async function peopleIn(q: Query, value: GivenField['value']): Promise<string[]> {
  const ids: string[] = []
  for (const text of textsOf(value)) if (text) ids.push((await agentNamed(q, text)).id)
  return ids
}

function textsOf(value: GivenField['value']): string[] {
  if (value === null) return []
  return Array.isArray(value) ? value : [String(value)]
}

/** Core names a field by its id; a program is told which of those that it gave it was. */
function namedByPlace(ids: string[]) {
  return (error: unknown): never => {
    if (!(error instanceof Problems)) throw error
    throw new Problems(
      error.problems.map(p => {
        const at = ids.findIndex(id => p.field === `field:${id}`)
        return new Problem(p.code, p.message, at < 0 ? 'custom_fields' : `custom_fields.${at}.value`)
      }),
    )
  }
}
