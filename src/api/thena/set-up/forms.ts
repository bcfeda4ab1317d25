import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { fieldsFor } from '../../../core/fields/define.ts'
import type { Field } from '../../../core/fields/field.ts'
import {
  addForm,
  archiveForm,
  askedBy,
  changeForm,
  type FormForm,
  formById,
  restoreForm,
} from '../../../core/fields/forms.ts'
import { refuseUnlessLead } from '../../../core/permissions/roles.ts'
import { formRecords, withAll } from '../../../core/programs/forms.ts'
import { teamNamed } from '../../../core/programs/named.ts'
import { formNamed } from '../../../core/programs/named-setup.ts'
import type { FormRow } from '../../../db/schema.ts'
import type { Query, Tx } from '../../../db/store.ts'
import { callerOf } from '../../caller.ts'
import { answer, onceHeaders } from '../../once.ts'
import type { ApiOptions } from '../../options.ts'
import { envelope, enveloped } from '../envelope.ts'
import { paged, spanOf } from '../paging.ts'
import { formOf, formShape } from './form.ts'

const params = z.object({ id: z.string().max(255) })
const id = z.string().max(255)

const asked = z.union([
  id,
  z.object({ fieldId: id, mandatoryOnCreation: z.boolean().optional(), mandatoryOnClose: z.boolean().optional() }),
])

const wanted = z.object({
  name: z.string().max(1_000).optional(),
  priorityId: z.enum(['low', 'medium', 'high', 'urgent']).optional(),
  fields: z.array(asked).max(200).optional(),
  isActive: z.boolean().optional(),
})
type Wanted = z.infer<typeof wanted>

const names = { team: 'teamId' }

/** The forms by which a team's tickets are opened. */
export const forms: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  server.get(
    '/forms',
    {
      config: { scope: 'setup:read', names },
      schema: {
        summary: 'Forms that can be chosen, of a team or of all',
        querystring: z.object({ teamId: id.optional(), ...paged }),
        response: { 200: enveloped(z.array(formShape)) },
      },
    },
    async ({ query }) =>
      store.read(async q => {
        const teamId = query.teamId === undefined ? null : (await teamNamed(q, query.teamId)).id
        return envelope((await formRecords(q, teamId, spanOf(query))).map(formOf), store.now())
      }),
  )

  server.get(
    '/forms/:id',
    {
      config: { scope: 'setup:read' },
      schema: { summary: 'A form', params, response: { 200: enveloped(formShape) } },
    },
    async ({ params }) =>
      envelope(await store.read(async q => load(q, (await formNamed(q, params.id)).id)), store.now()),
  )

  server.post(
    '/forms',
    {
      config: { scope: 'setup:write', names },
      schema: {
        summary: 'Adds a form after the others of its team',
        headers: onceHeaders,
        body: wanted.extend({ name: z.string().max(1_000), teamId: id }),
        response: { 201: enveloped(formShape) },
      },
    },
    async (request, reply) => {
      const { body } = request
      return answer(store, request, reply, async tx => {
        const team = await teamNamed(tx.q, body.teamId)
        await refuseUnlessLead(tx.q, callerOf(request).agent.id, team.id)
        const form = await formIn(tx.q, team.id, body, { name: '', priority: 'medium', fields: [] })
        const made = await addForm(tx, team.id, form)
        await applyState(tx, made, body)
        return { status: 201, body: envelope(await load(tx.q, made), tx.now) }
      })
    },
  )

  server.patch(
    '/forms/:id',
    {
      config: { scope: 'setup:write', names },
      schema: {
        summary: 'Changes a form, for the tickets that it has, too',
        params,
        headers: onceHeaders,
        body: wanted,
        response: { 200: enveloped(formShape) },
      },
    },
    async (request, reply) => {
      const { body, params } = request
      return answer(store, request, reply, async tx => {
        const { id, team_id, name, priority } = await formForLead(tx, params.id, callerOf(request).agent.id)
        const before = { name, priority, fields: await askedBy(tx.q, id) }
        await changeForm(tx, id, await formIn(tx.q, team_id, body, before))
        await applyState(tx, id, body)
        return { status: 200, body: envelope(await load(tx.q, id), tx.now) }
      })
    },
  )

  server.delete(
    '/forms/:id',
    {
      config: { scope: 'setup:write' },
      schema: {
        summary: 'Archives a form: it can be chosen no more, and its tickets keep it',
        params,
        headers: onceHeaders,
        response: { 200: enveloped(formShape) },
      },
    },
    async (request, reply) =>
      answer(store, request, reply, async tx => {
        const { id } = await formForLead(tx, request.params.id, callerOf(request).agent.id)
        await archiveForm(tx, id)
        return { status: 200, body: envelope(await load(tx.q, id), tx.now) }
      }),
  )
}

async function formForLead(tx: Tx, formId: string, agentId: string): Promise<FormRow> {
  const form = await formNamed(tx.q, formId)
  await refuseUnlessLead(tx.q, agentId, form.team_id)
  return form
}

/** What is absent is as before. */
async function formIn(
  q: Query,
  teamId: string,
  { name, priorityId, fields }: Wanted,
  before: FormForm,
): Promise<FormForm> {
  const known = fields ? await fieldsFor(q, { owner: 'ticket', teamId }) : []
  return {
    name: name ?? before.name,
    priority: priorityId ?? before.priority,
    fields: fields
      ? onlyOnce(fields.map(f => askedIn(f, known)))
      : before.fields.map(({ id, required }) => ({ id, required })),
  }
}

/** A field is named by its id, or by its slug. */
function askedIn(wanted: z.infer<typeof asked>, known: Field[]): FormForm['fields'][number] {
  const { fieldId, mandatoryOnCreation, mandatoryOnClose }: Exclude<typeof wanted, string> =
    typeof wanted === 'string' ? { fieldId: wanted } : wanted
  return {
    id: known.find(f => f.key === fieldId)?.id ?? fieldId,
    required: mandatoryOnCreation ? 'creation' : mandatoryOnClose ? 'close' : null,
  }
}

/** A form asks for a field once, where it stands first. */
function onlyOnce(fields: FormForm['fields']): FormForm['fields'] {
  return fields.filter((f, i) => fields.findIndex(other => other.id === f.id) === i)
}

async function applyState(tx: Tx, formId: string, { isActive }: Wanted): Promise<void> {
  if (isActive === true) await restoreForm(tx, formId)
  if (isActive === false) await archiveForm(tx, formId)
}

async function load(q: Query, formId: string): Promise<z.infer<typeof formShape>> {
  const [found] = await withAll(q, [await formById(q, formId)])
  if (!found) throw new Error(`The form ${formId} is not there.`)
  return formOf(found)
}
