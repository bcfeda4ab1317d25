import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { asciiDomain } from '../../../core/addresses.ts'
import { definedFor } from '../../../core/fields/known.ts'
import { setKnownFields } from '../../../core/fields/people.ts'
import { addAccount, changeAccount, tellPeopleOf } from '../../../core/people/change-account.ts'
import { keepFacts } from '../../../core/programs/facts.ts'
import { accountNamed } from '../../../core/programs/named-setup.ts'
import { type AccountRecord, accountRecords, accountsWith } from '../../../core/programs/people.ts'
import type { Query, Tx } from '../../../db/store.ts'
import { Problem } from '../../../lib/problem.ts'
import { actorIn } from '../../caller.ts'
import { answer, onceHeaders } from '../../once.ts'
import type { ApiOptions } from '../../options.ts'
import { type FieldValues, fieldValues, givenIn, heldBy, heldShape } from '../custom-field-values.ts'
import { envelope, enveloped, isoOf, moment } from '../envelope.ts'
import { asGiven } from '../faults.ts'
import { metadata } from '../metadata.ts'
import { ORGANISATION } from '../organisation.ts'
import { paged, spanOf } from '../paging.ts'

const text = z.string().nullable()

const accountShape = z
  .object({
    id: z.string(),
    name: z.string(),
    description: text,
    primaryDomain: text,
    secondaryDomain: text,
    website: text,
    logo: text,
    status: text,
    classification: text,
    health: text,
    industry: text,
    accountOwner: text,
    accountOwnerId: text,
    metadata: z.record(z.string(), z.unknown()),
    ...heldShape,
    organizationId: z.string(),
    isActive: z.boolean(),
    createdAt: moment,
    updatedAt: moment,
    deletedAt: moment.nullable(),
  })
  .meta({ id: 'ThenaAccount' })

const params = z.object({ id: z.string().max(255) })

const wanted = {
  primaryDomain: z.string().max(500).nullish(),
  description: z.string().max(5_000).nullish(),
  website: z.string().max(2_000).nullish(),
  metadata: metadata.optional(),
  ...fieldValues,
}

const names = { domain: 'primaryDomain' }

/** The companies of customers. */
export const accounts: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  server.get(
    '/accounts',
    {
      config: { scope: 'people:read' },
      schema: {
        summary: 'Companies, those that were known first before others',
        querystring: z.object({ domain: z.string().max(500).optional(), ...paged }),
        response: { 200: enveloped(z.array(accountShape)) },
      },
    },
    async ({ query }) => {
      const domain = query.domain === undefined ? undefined : asciiDomain(query.domain.trim())
      const found = await store.read(q => accountRecords(q, { domain }, spanOf(query)))
      return envelope(found.map(accountOf), store.now())
    },
  )

  server.get(
    '/accounts/:id',
    {
      config: { scope: 'people:read' },
      schema: { summary: 'A company', params, response: { 200: enveloped(accountShape) } },
    },
    async ({ params }) =>
      envelope(await store.read(async q => load(q, (await accountNamed(q, params.id)).id)), store.now()),
  )

  server.post(
    '/accounts',
    {
      config: { scope: 'people:write', names },
      schema: {
        summary: 'Makes a company',
        headers: onceHeaders,
        body: z.object({ name: z.string().max(1_000), ...wanted }),
        response: { 201: enveloped(accountShape) },
      },
    },
    async (request, reply) => {
      const { body } = request
      return answer(store, request, reply, async tx => {
        const id = await addAccount(tx, { name: body.name, domain: body.primaryDomain ?? '' }, actorIn(request))
        await applyRest(tx, id, body, actorIn(request))
        return { status: 201, body: envelope(await load(tx.q, id), tx.now) }
      })
    },
  )

  server.patch(
    '/accounts/:id',
    {
      config: { scope: 'people:write', names },
      schema: {
        summary: 'Changes what is known of a company',
        params,
        headers: onceHeaders,
        body: z.object({ name: z.string().max(1_000).optional(), ...wanted }),
        response: { 200: enveloped(accountShape) },
      },
    },
    async (request, reply) => {
      const { body, params } = request
      return answer(
        store,
        request,
        reply,
        async tx => {
          const known = await accountNamed(tx.q, params.id)
          const domain = body.primaryDomain === undefined ? known.domain : body.primaryDomain
          await changeAccount(tx, known.id, { name: body.name ?? known.name, domain: domain ?? '' }, actorIn(request))
          await applyRest(tx, known.id, body, actorIn(request))
          return { status: 200, body: envelope(await load(tx.q, known.id), tx.now) }
        },
        async changed => {
          if (body.name !== undefined) await tellPeopleOf(store, (changed as { data: { id: string } }).data.id)
        },
      )
    },
  )
}

async function applyRest(
  tx: Tx,
  id: string,
  body: FieldValues & { description?: unknown; website?: unknown; metadata?: unknown },
  actor: ReturnType<typeof actorIn>,
): Promise<void> {
  const { description, website, metadata } = body
  await keepFacts(tx, id, { description, website, metadata })
  const fields = await definedFor(tx.q, 'account')
  const { given, names } = await givenIn(tx.q, fields, body)
  if (Object.keys(given).length) await asGiven(names, () => setKnownFields(tx, { owner: 'account', id }, given, actor))
}

async function load(q: Query, id: string) {
  const [found] = await accountsWith(q, [id])
  if (!found) throw new Problem('not_found', 'This company is no more.', 'account')
  return accountOf(found)
}

function accountOf({ row, fields, facts, changedAt }: AccountRecord): z.infer<typeof accountShape> {
  const said = (name: string) => (facts[name] as string | undefined) ?? null
  return {
    id: row.id,
    name: row.name,
    description: said('description'),
    primaryDomain: row.domain,
    secondaryDomain: null,
    website: said('website'),
    logo: null,
    status: null,
    classification: null,
    health: null,
    industry: null,
    accountOwner: null,
    accountOwnerId: null,
    metadata: (facts.metadata as Record<string, unknown> | undefined) ?? {},
    ...heldBy(fields),
    organizationId: ORGANISATION,
    isActive: true,
    createdAt: isoOf(row.created_at),
    updatedAt: isoOf(changedAt),
    deletedAt: null,
  }
}
