import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { addField, archiveField, fieldById, KINDS } from '../../core/fields/define.ts'
import type { Field } from '../../core/fields/field.ts'
import { definedFor } from '../../core/fields/known.ts'
import { LONGEST_OPTION, MOST_OPTIONS } from '../../core/fields/read.ts'
import { refuseUnlessLead } from '../../core/permissions/roles.ts'
import { teamNamed } from '../../core/programs/named.ts'
import { Problem } from '../../lib/problem.ts'
import { callerOf } from '../caller.ts'
import { answer, onceHeaders } from '../once.ts'
import type { ApiOptions } from '../options.ts'

const fieldShape = z
  .object({
    id: z.string(),
    name: z.string(),
    key: z.string(),
    type: z.enum(KINDS),
    description: z.string().nullable(),
    options: z.array(z.string()),
  })
  .meta({ id: 'ProtoCustomField' })

function fieldOf({ id, name, key, kind, hint, options }: Field): z.infer<typeof fieldShape> {
  return { id, name, key, type: kind, description: hint || null, options }
}

const CUSTOMERS = { owner: 'customer', teamId: null } as const
const names = { team: 'subcompany_id', hint: 'description', id: 'id' }

/** Which fields customers have. They are those of all teams. */
export const definingFields: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  const params = z.object({ subcompany_id: z.string() })
  server.get(
    '/custom-fields/:subcompany_id/list-custom-fields',
    {
      config: { scope: 'setup:read', names },
      schema: { summary: 'The custom fields of customers', params, response: { 200: z.array(fieldShape) } },
    },
    request =>
      store.read(async q => {
        await teamNamed(q, request.params.subcompany_id)
        return (await definedFor(q, 'customer')).map(fieldOf)
      }),
  )

  server.post(
    '/custom-fields/:subcompany_id/create-custom-field',
    {
      config: { scope: 'setup:write', names },
      schema: {
        summary: 'Add a custom field of customers',
        params,
        headers: onceHeaders,
        body: z.object({
          name: z.string().max(80),
          type: z.enum(KINDS).default('line'),
          description: z.string().max(300).nullish(),
          options: z
            .array(z.string().max(LONGEST_OPTION))
            .max(MOST_OPTIONS)
            .default([])
            .describe('For `select` and `multi`.'),
        }),
        response: { 200: fieldShape },
      },
    },
    async (request, reply) => {
      const { name, type, description, options } = request.body
      return answer(store, request, reply, async tx => {
        await teamNamed(tx.q, request.params.subcompany_id)
        await refuseUnlessLead(tx.q, callerOf(request).agent.id)
        const form = { name, kind: type, hint: description ?? '', options, initial: [], visible: false }
        const id = await addField(tx, CUSTOMERS, form)
        return { status: 200, body: fieldOf(await fieldById(tx.q, id)) }
      })
    },
  )

  server.delete(
    '/custom-fields/:subcompany_id/custom-field/:id/delete-custom-fields',
    {
      config: { scope: 'setup:write', names },
      schema: {
        summary: 'Ask for a custom field no more; what is filled in is kept',
        params: params.extend({ id: z.string() }),
        headers: onceHeaders,
        response: { 200: fieldShape },
      },
    },
    async (request, reply) =>
      answer(store, request, reply, async tx => {
        await teamNamed(tx.q, request.params.subcompany_id)
        await refuseUnlessLead(tx.q, callerOf(request).agent.id)
        const field = await fieldById(tx.q, request.params.id)
        if (field.owner !== 'customer' || field.archivedAt !== null)
          throw new Problem('not_found', 'This field is no more.', 'id')
        await archiveField(tx, field.id)
        return { status: 200, body: fieldOf(field) }
      }),
  )
}
