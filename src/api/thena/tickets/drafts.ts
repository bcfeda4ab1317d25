import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { readAddress } from '../../../core/addresses.ts'
import { plainText } from '../../../core/document.ts'
import { type About, discardDraft, draftById, saveDraft, shareDraft, ticketDraftsFor } from '../../../core/drafts.ts'
import { refuseUnlessOpens } from '../../../core/permissions/may.ts'
import { teamNamed } from '../../../core/programs/named.ts'
import type { DraftRow } from '../../../db/schema.ts'
import type { Query } from '../../../db/store.ts'
import { newId } from '../../../lib/id.ts'
import { gathering, Problem, Problems } from '../../../lib/problem.ts'
import { actorIn, callerOf } from '../../caller.ts'
import { answer, onceHeaders } from '../../once.ts'
import type { ApiOptions } from '../../options.ts'
import { envelope, enveloped, isoOf, moment } from '../envelope.ts'
import { asGiven } from '../faults.ts'
import { id, openingShape } from './new-ticket.ts'
import { wayOf, wordsIn } from './read-new-ticket.ts'
import { assigneeIn, priorityIn } from './read-ticket.ts'

const draftShape = z
  .object({
    uid: z.string(),
    status: z.literal('draft'),
    draftScope: z.enum(['personal', 'team']),
    entityType: z.literal('ticket'),
    content: z.record(z.string(), z.unknown()),
    metadata: z.record(z.string(), z.unknown()),
    createdBy: z.string(),
    createdAt: moment,
    updatedAt: moment,
    lastModifiedBy: z.string(),
  })
  .meta({ id: 'ThenaTicketDraft' })

const params = z.object({ uid: id })
const MOST_LISTED = 100

/** Tickets that are begun, and sent by somebody later: in Slack, they are among the drafts. */
export const drafting: FastifyPluginAsyncZod<ApiOptions> = async (server, { store, readHtml, formOfTicket }) => {
  server.post(
    '/tickets/draft',
    {
      config: { scope: 'tickets:write' },
      schema: {
        summary: 'Begin a ticket that an agent finishes in Slack',
        headers: onceHeaders,
        body: openingShape
          .extend({ requestorEmail: z.string().max(1_000), draftScope: z.enum(['personal', 'team']) })
          .meta({ id: 'ThenaNewTicketDraft' }),
        response: { 201: enveloped(draftShape) },
      },
    },
    async (request, reply) => {
      const { agent } = callerOf(request)
      const { draftScope, ...content } = request.body
      await answer(store, request, reply, async tx => {
        const faults: Problem[] = []
        const gather = gathering(faults)
        const team = await gather(() => asGiven({ team: 'teamId' }, () => teamNamed(tx.q, content.teamId)))
        if (team) await gather(() => refuseUnlessOpens(tx.q, actorIn(request), team.id))
        const to = await gather(() => readAddress(content.requestorEmail, 'requestorEmail'))
        const assignee = await gather(() => assigneeIn(tx.q, content))
        const priority = await gather(() => priorityIn(content))
        const words = await gather(() => wordsIn(content, readHtml))
        if (!content.title.trim()) faults.push(new Problem('invalid', 'Give the ticket a subject.', 'title'))
        if (faults.length || !team || !to || !words) throw new Problems(faults)
        const draft = newId()
        const form = formOfTicket({
          ...{ draft, teamId: team.id, formId: content.formId ?? null, customer: content.requestorEmail },
          ...{ subject: content.title, message: words.text, email: wayOf(content).email },
          ...{ priority: priority ?? null, assignee: assignee?.handle ?? null },
        })
        await saveDraft(tx, {
          ...{ id: draft, agentId: agent.id, teamId: team.id, ticketId: null, isBlank: false, stamp: 0 },
          about: { kind: 'ticket', title: content.title, text: plainText(words.text) },
          form: JSON.stringify({ ...JSON.parse(form), content }), // until somebody goes on with it in Slack
        })
        if (draftScope === 'team') await shareDraft(tx, draft, true, agent)
        return { status: 201, body: envelope(draftOf(await draftById(tx.q, draft, agent.id)), tx.now) }
      })
    },
  )

  server.get(
    '/tickets/draft',
    {
      config: { scope: 'tickets:read' },
      schema: {
        summary: 'Tickets that were begun: your own, and those that a team of yours shares',
        response: { 200: enveloped(z.array(draftShape)) },
      },
    },
    async request => {
      const rows = await store.read(q => ticketDraftsFor(q, callerOf(request).agent.id, MOST_LISTED))
      return envelope(rows.map(draftOf), store.now())
    },
  )

  server.get(
    '/tickets/draft/:uid',
    {
      config: { scope: 'tickets:read' },
      schema: { summary: 'A ticket that was begun', params, response: { 200: enveloped(draftShape) } },
    },
    async request => {
      const row = await store.read(q => draftNamed(q, request.params.uid, callerOf(request).agent.id))
      return envelope(draftOf(row), store.now())
    },
  )

  server.delete(
    '/tickets/draft/:uid',
    {
      config: { scope: 'tickets:write' },
      schema: {
        summary: 'Throw away a ticket that was begun',
        params,
        headers: onceHeaders,
        response: { 200: enveloped(draftShape) },
      },
    },
    async (request, reply) => {
      const { agent } = callerOf(request)
      await answer(store, request, reply, async tx => {
        const row = await draftNamed(tx.q, request.params.uid, agent.id)
        await discardDraft(tx, row.id, agent)
        return { status: 200, body: envelope(draftOf(row), tx.now) }
      })
    },
  )
}

/** The draft, if it is one of a new ticket and the agent's to see. Throws a Problem. */
async function draftNamed(q: Query, uid: string, agentId: string): Promise<DraftRow> {
  const row = await draftById(q, uid, agentId)
  if ((JSON.parse(row.about) as About).kind === 'ticket') return row
  throw new Problem('not_found', 'This is no draft of a new ticket.')
}

function draftOf(row: DraftRow): z.infer<typeof draftShape> {
  const { content } = JSON.parse(row.form) as { content?: Record<string, unknown> }
  const about = JSON.parse(row.about) as About
  const { metadata } = (content ?? {}) as { metadata?: Record<string, unknown> | null }
  return {
    uid: row.id,
    status: 'draft',
    draftScope: row.shared_at === null ? 'personal' : 'team',
    entityType: 'ticket',
    content: content ?? { title: about.title, description: about.text, teamId: row.team_id },
    metadata: metadata ?? {},
    createdBy: row.agent_id,
    createdAt: isoOf(row.created_at),
    updatedAt: isoOf(row.updated_at),
    lastModifiedBy: row.agent_id,
  }
}
