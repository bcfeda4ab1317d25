import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { askedIn, askFor } from '../../../core/fields/asked.ts'
import {
  addField,
  archiveField,
  changeField,
  fieldById,
  fieldsFor,
  type Owner,
  restoreField,
} from '../../../core/fields/define.ts'
import type { Field } from '../../../core/fields/field.ts'
import { refuseUnlessLead } from '../../../core/permissions/roles.ts'
import { keepFacts } from '../../../core/programs/facts.ts'
import { teamNamed } from '../../../core/programs/named.ts'
import { fieldNamed } from '../../../core/programs/named-setup.ts'
import { teams } from '../../../core/teams.ts'
import type { Required } from '../../../db/schema.ts'
import type { Query, Tx } from '../../../db/store.ts'
import { Problem } from '../../../lib/problem.ts'
import { callerOf } from '../../caller.ts'
import { answer, onceHeaders } from '../../once.ts'
import type { ApiOptions } from '../../options.ts'
import { envelope, enveloped } from '../envelope.ts'
import { metadata } from '../metadata.ts'
import { paged, pageOf } from '../paging.ts'
import { fieldShape, ownerNamed, toldOf } from './custom-field.ts'
import { kindOf } from './field-types.ts'

const params = z.object({ id: z.string().max(255) })
const id = z.string().max(255)
const words = z.string().max(5_000)

const wanted = z.object({
  description: words.nullish(),
  options: z
    .array(z.object({ value: z.string().max(1_000) }))
    .max(1_000)
    .optional(),
  metadata: metadata.optional(),
  placeholderText: words.nullish(),
  hintText: words.nullish(),
  mandatoryOnClose: z.boolean().optional(),
  mandatoryOnCreation: z.boolean().optional(),
  visibleToCustomer: z.boolean().optional(),
  autoAddToAllForms: z.boolean().optional(),
  defaultValue: z
    .union([z.string().max(5_000), z.number(), z.boolean(), z.array(z.string().max(1_000)).max(1_000)])
    .nullish(),
  isActive: z.boolean().optional(),
})
type Wanted = z.infer<typeof wanted>

const names = { team: 'teamId', hint: 'hintText', initial: 'defaultValue' }

/** The fields that teams ask for beside what every ticket has, and those of customers and companies. */
export const customFields: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  server.get(
    '/custom-field',
    {
      config: { scope: 'setup:read', names },
      schema: {
        summary: 'Custom fields: of a team, of a source, or all',
        querystring: z.object({ teamId: id.optional(), source: z.string().max(50).optional(), ...paged }),
        response: { 200: enveloped(z.array(fieldShape)) },
      },
    },
    ({ query }) =>
      store.read(async q => {
        const all: Field[] = []
        for (const owner of await ownersIn(q, query)) all.push(...(await fieldsFor(q, owner)))
        return envelope(await toldOf(q, pageOf(all, query)), store.now())
      }),
  )

  server.get(
    '/custom-field/:id',
    {
      config: { scope: 'setup:read' },
      schema: { summary: 'A custom field', params, response: { 200: enveloped(fieldShape) } },
    },
    ({ params }) => store.read(async q => envelope(await told(q, (await fieldNamed(q, params.id)).id), store.now())),
  )

  server.post(
    '/custom-field',
    {
      config: { scope: 'setup:write', names },
      schema: {
        summary: 'Adds a custom field',
        headers: onceHeaders,
        body: wanted.extend({
          name: z.string().max(1_000),
          source: z.string().max(50),
          fieldType: z.string().max(50),
          teamId: id.nullish(),
        }),
        response: { 201: enveloped(fieldShape) },
      },
    },
    async (request, reply) => {
      const { body } = request
      const kind = kindOf(body.fieldType)
      const source = ownerNamed(body.source)
      return answer(store, request, reply, async tx => {
        const owner: Owner =
          source === 'ticket'
            ? { owner: source, teamId: await teamMeant(tx.q, body.teamId) }
            : { owner: source, teamId: null }
        await refuseUnlessLead(tx.q, callerOf(request).agent.id, owner.teamId ?? undefined)
        const made = await addField(tx, owner, {
          name: body.name,
          kind,
          hint: body.hintText ?? '',
          options: (body.options ?? []).map(o => o.value),
          initial: textsOf(body.defaultValue),
          visible: body.visibleToCustomer ?? false,
        })
        await applyRest(tx, await fieldById(tx.q, made), body)
        return { status: 201, body: envelope(await told(tx.q, made), tx.now) }
      })
    },
  )

  server.patch(
    '/custom-field/:id',
    {
      config: { scope: 'setup:write', names },
      schema: {
        summary: 'Changes a custom field; its type stays',
        params,
        headers: onceHeaders,
        body: wanted.extend({ name: z.string().max(1_000).optional(), fieldType: z.string().max(50).optional() }),
        response: { 200: enveloped(fieldShape) },
      },
    },
    async (request, reply) => {
      const { body, params } = request
      const kind = body.fieldType === undefined ? undefined : kindOf(body.fieldType)
      return answer(store, request, reply, async tx => {
        const field = await fieldForLead(tx, params.id, callerOf(request).agent.id)
        if (kind !== undefined && kind !== field.kind)
          throw new Problem('conflict', 'The type of a field stays. Add another field instead.', 'fieldType')
        await changeField(tx, field.id, {
          name: body.name ?? field.name,
          hint: body.hintText === undefined ? field.hint : (body.hintText ?? ''),
          options: body.options?.map(o => o.value) ?? field.options,
          initial: body.defaultValue === undefined ? field.initial : textsOf(body.defaultValue),
          visible: body.visibleToCustomer ?? field.visible,
        })
        await applyRest(tx, field, body)
        return { status: 200, body: envelope(await told(tx.q, field.id), tx.now) }
      })
    },
  )

  server.delete(
    '/custom-field/:id',
    {
      config: { scope: 'setup:write' },
      schema: {
        summary: 'Archives a custom field: it is asked for no more, and what is filled in stays',
        params,
        headers: onceHeaders,
        response: { 200: enveloped(fieldShape) },
      },
    },
    async (request, reply) =>
      answer(store, request, reply, async tx => {
        const field = await fieldForLead(tx, request.params.id, callerOf(request).agent.id)
        await archiveField(tx, field.id)
        return { status: 200, body: envelope(await told(tx.q, field.id), tx.now) }
      }),
  )
}

async function told(q: Query, fieldId: string) {
  const [one] = await toldOf(q, [await fieldById(q, fieldId)])
  return one as z.infer<typeof fieldShape>
}

async function fieldForLead(tx: Tx, fieldId: string, agentId: string): Promise<Field> {
  const field = await fieldNamed(tx.q, fieldId)
  await refuseUnlessLead(tx.q, agentId, field.teamId ?? undefined)
  return field
}

async function ownersIn(q: Query, { teamId, source }: { teamId?: string | undefined; source?: string | undefined }) {
  const only = source === undefined ? null : ownerNamed(source)
  const of = teamId === undefined ? await teams(q) : [await teamNamed(q, teamId)]
  const tickets = of.map((t): Owner => ({ owner: 'ticket', teamId: t.id }))
  const others =
    teamId === undefined ? (['customer', 'account'] as const).map((owner): Owner => ({ owner, teamId: null })) : []
  return [...tickets, ...others].filter(o => only === null || o.owner === only)
}

/** Fields of tickets are a team's; where there is one team, it need not be said which. */
async function teamMeant(q: Query, named: string | null | undefined): Promise<string> {
  if (named) return (await teamNamed(q, named)).id
  const [only, ...others] = await teams(q)
  if (only && !others.length) return only.id
  throw new Problem('invalid', 'Say which team the field is for.', 'teamId')
}

/** What is no part of the field itself: how forms ask for it, whether it is asked for at all, and what only programs say. */
async function applyRest(tx: Tx, field: Field, body: Wanted): Promise<void> {
  const { description, placeholderText, metadata, isActive } = body
  await keepFacts(tx, field.id, { description, placeholderText, metadata })
  if (isActive === true) await restoreField(tx, field.id)
  if (field.teamId && (field.archivedAt === null || isActive)) {
    const required = await requiredThen(tx.q, field.teamId, field.id, body)
    await askFor(tx, field.teamId, field.id, { required, everywhere: body.autoAddToAllForms })
  }
  if (isActive === false) await archiveField(tx, field.id)
}

/** When it must be filled in from now on; undefined where nothing is said of it. */
async function requiredThen(
  q: Query,
  teamId: string,
  fieldId: string,
  body: Wanted,
): Promise<Required | null | undefined> {
  if (body.mandatoryOnCreation === undefined && body.mandatoryOnClose === undefined) return undefined
  const now = (await askedIn(q, [teamId])).get(fieldId)?.required ?? null
  if (body.mandatoryOnCreation ?? now === 'creation') return 'creation'
  return (body.mandatoryOnClose ?? now !== null) ? 'close' : null
}

function textsOf(value: Wanted['defaultValue']): string[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [String(value)]
}
