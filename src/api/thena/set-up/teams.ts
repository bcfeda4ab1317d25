import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refuseUnlessLead } from '../../../core/permissions/roles.ts'
import { teamNamed } from '../../../core/programs/named.ts'
import { changeTeam, createTeam, type TeamForm, teamById, teams as teamsOf } from '../../../core/teams.ts'
import type { TeamRow } from '../../../db/schema.ts'
import { callerOf } from '../../caller.ts'
import { answer, answeredBefore, onceHeaders } from '../../once.ts'
import type { ApiOptions } from '../../options.ts'
import { envelope, enveloped } from '../envelope.ts'
import { paged, pageOf } from '../paging.ts'
import { teamOf, teamShape } from './team.ts'

const params = z.object({ id: z.string().max(255) })

const wanted = z.object({
  name: z.string().max(1_000).optional(),
  identifier: z.string().max(100).optional(),
  channelId: z.string().max(100).optional(),
  replyMode: z.enum(['ask', 'direct', 'notes']).optional(),
  holdSeconds: z.number().min(0).max(600).optional(),
  signature: z.string().max(10_000).nullish(),
  reopenDays: z.number().int().min(0).max(3_650).optional(),
  senderId: z.string().max(255).nullish(),
})
type Wanted = z.infer<typeof wanted>

const names = {
  prefix: 'identifier',
  place: 'channelId',
  hold: 'holdSeconds',
  reopen_days: 'reopenDays',
  sender: 'senderId',
}

/** The teams, each with the channel where its tickets are shown. */
export const teams: FastifyPluginAsyncZod<ApiOptions> = async (server, { store, places, log }) => {
  server.get(
    '/teams',
    {
      config: { scope: 'setup:read' },
      schema: {
        summary: 'All teams, the oldest first',
        querystring: z.object(paged),
        response: { 200: enveloped(z.array(teamShape)) },
      },
    },
    async ({ query }) => envelope(pageOf(await store.read(teamsOf), query).map(teamOf), store.now()),
  )

  server.get(
    '/teams/:id',
    {
      config: { scope: 'setup:read' },
      schema: { summary: 'A team', params, response: { 200: enveloped(teamShape) } },
    },
    async ({ params }) => envelope(teamOf(await store.read(q => teamNamed(q, params.id))), store.now()),
  )

  server.post(
    '/teams',
    {
      config: { scope: 'setup:write', names },
      schema: {
        summary: 'Makes a team',
        headers: onceHeaders,
        body: wanted.extend({
          name: z.string().max(1_000),
          identifier: z.string().max(100),
          channelId: z.string().max(100),
        }),
        response: { 201: enveloped(teamShape) },
      },
    },
    async (request, reply) => {
      const { body } = request
      const by = callerOf(request).agent
      if (!(await answeredBefore(store, request))) {
        await store.read(q => refuseUnlessLead(q, by.id))
        if (body.channelId) await places.refuse(body.channelId)
      }
      return answer(
        store,
        request,
        reply,
        async tx => {
          await refuseUnlessLead(tx.q, by.id)
          const id = await createTeam(tx, formOf(body, NEW))
          return { status: 201, body: envelope(teamOf(await teamById(tx.q, id)), tx.now) }
        },
        () => enter(body.channelId),
      )
    },
  )

  server.patch(
    '/teams/:id',
    {
      config: { scope: 'setup:write', names },
      schema: {
        summary: 'Changes a team; its tickets keep what they are called',
        params,
        headers: onceHeaders,
        body: wanted,
        response: { 200: enveloped(teamShape) },
      },
    },
    async (request, reply) => {
      const { body, params } = request
      const by = callerOf(request).agent
      const known = await store.read(q => teamNamed(q, params.id))
      await store.read(q => refuseUnlessLead(q, by.id, known.id))
      if (body.channelId && body.channelId !== known.place) await places.refuse(body.channelId)
      return answer(
        store,
        request,
        reply,
        async tx => {
          await refuseUnlessLead(tx.q, by.id, known.id)
          await changeTeam(tx, known.id, formOf(body, formIn(await teamById(tx.q, known.id))))
          return { status: 200, body: envelope(teamOf(await teamById(tx.q, known.id)), tx.now) }
        },
        () => enter(body.channelId ?? known.place),
      )
    },
  )

  /** The team is made whatever comes of it: Set-up says what is still to be done. */
  async function enter(place: string): Promise<void> {
    await places.enter(place).catch(err => log.warn({ err, place }, 'A channel could not be entered.'))
  }
}

const NEW: TeamForm = { name: '', prefix: '', place: '', replyMode: 'ask', holdMs: 10_000, signature: '' }

function formIn(row: TeamRow): TeamForm {
  const { name, prefix, place, signature } = row
  const { reply_mode: replyMode, hold_ms: holdMs, reopen_days: reopenDays, sender_id: senderId } = row
  return { name, prefix, place, signature, replyMode, holdMs, reopenDays, senderId }
}

/** What is absent is as before. */
function formOf(body: Wanted, before: TeamForm): TeamForm {
  const reopenDays = body.reopenDays ?? before.reopenDays
  const senderId = body.senderId === undefined ? before.senderId : body.senderId
  return {
    name: body.name ?? before.name,
    prefix: body.identifier ?? before.prefix,
    place: body.channelId ?? before.place,
    replyMode: body.replyMode ?? before.replyMode,
    holdMs: body.holdSeconds === undefined ? before.holdMs : Math.round(body.holdSeconds * 1000),
    signature: body.signature === undefined ? before.signature : (body.signature ?? ''),
    ...(reopenDays !== undefined && { reopenDays }),
    ...(senderId !== undefined && { senderId }),
  }
}
