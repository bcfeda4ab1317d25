import type { ExpressionBuilder } from 'kysely'
import type { AgentRow, DraftRow, Priority, Schema } from '../db/schema.ts'
import type { Query, Tx } from '../db/store.ts'
import { cut } from '../lib/cut.ts'
import { Problem } from '../lib/problem.ts'
import type { Document } from './document.ts'
import { refuseUnlessWrites } from './permissions/may.ts'

/** What it is to become. */
export type DraftKind = 'ticket' | 'reply' | 'note' | 'chat'

/** What a list shows of a draft. */
export interface About {
  kind: DraftKind
  title: string
  text: string // how it begins
}

/** A new ticket that somebody began to write elsewhere than at the desk. */
export interface BegunTicket {
  draft: string // id
  teamId: string
  formId: string | null
  customer: string // an address
  subject: string
  message: Document
  email: boolean
  priority: Priority | null
  assignee: string | null // handle
}

/** A form as it stands. */
export interface DraftState {
  id: string // the same for as long as it is written on
  agentId: string
  teamId: string | null
  ticketId: string | null
  form: string // the desk's own
  about: About
  isBlank: boolean // there is nothing in it
  stamp: number | null // what was saved under a higher one stays; null: this is the last word
}

/**
 * Saves what somebody has written so far, once for each form however often; what was saved later stays. Nothing is saved
 * to a draft that was sent or discarded, and one with nothing in it is none.
 */
export async function saveDraft(tx: Tx, d: DraftState): Promise<void> {
  if (d.isBlank) return dropBlank(tx, d.id)
  const { kind, title, text } = d.about
  const about = JSON.stringify({ kind, title: cut(title, 200), text: cut(text, 300) } satisfies About)
  const saved = {
    agent_id: d.agentId,
    team_id: d.teamId,
    ticket_id: d.ticketId,
    form: d.form,
    about,
    updated_at: tx.now,
  }
  const known = await tx.q.selectFrom('drafts').select(['stamp', 'ended_at']).where('id', '=', d.id).executeTakeFirst()
  const stamp = d.stamp ?? known?.stamp ?? 0
  await tx.q
    .insertInto('drafts')
    .values({ id: d.id, ...saved, stamp, shared_at: null, created_at: tx.now, ended_at: null, ended_by: null })
    .onConflict(c =>
      c
        .column('id')
        .doUpdateSet({ ...saved, stamp })
        .where('drafts.ended_at', 'is', null)
        .where('drafts.stamp', '<=', stamp),
    )
    .execute()
}

async function dropBlank(tx: Tx, id: string): Promise<void> {
  await tx.q.deleteFrom('drafts').where('id', '=', id).where('ended_at', 'is', null).execute()
}

/**
 * What was written is sent by the submission of this key; nothing more is saved to the draft. The same key again changes
 * nothing; throws a Problem when another submission has sent it.
 */
export async function endDraft(tx: Tx, id: string, key: string, agentId: string): Promise<void> {
  const empty = { form: '{}', about: '{}', updated_at: tx.now }
  const { numInsertedOrUpdatedRows } = await tx.q
    .insertInto('drafts')
    .values({
      ...{ id, agent_id: agentId, team_id: null, ticket_id: null, stamp: 0, shared_at: null, created_at: tx.now },
      ...{ ...empty, ended_at: tx.now, ended_by: key },
    })
    .onConflict(
      c =>
        c
          .column('id')
          .doUpdateSet({ ...empty, ended_at: tx.now, ended_by: key })
          .where('drafts.ended_by', 'is', null), // who has it open may send it all the same after it was discarded
    )
    .executeTakeFirst()
  if (numInsertedOrUpdatedRows) return
  const known = await tx.q.selectFrom('drafts').select('ended_by').where('id', '=', id).executeTakeFirst()
  if (known?.ended_by !== key)
    throw new Problem('conflict', 'A colleague has sent this draft already. Nothing was sent a second time.')
}

/** Throws the draft away; twice the same changes nothing. Throws a Problem for one that is not the agent's to see, or to write on. */
export async function discardDraft(tx: Tx, id: string, agent: AgentRow): Promise<void> {
  await draftToChange(tx.q, id, agent)
  await tx.q
    .updateTable('drafts')
    .set({ form: '{}', about: '{}', ended_at: tx.now })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .execute()
}

/** From now on the team's agents see the draft and may go on with it, or only its author does again. */
export async function shareDraft(tx: Tx, id: string, isShared: boolean, agent: AgentRow): Promise<void> {
  const draft = await draftToChange(tx.q, id, agent)
  if (isShared && draft.team_id === null) throw new Problem('conflict', 'This draft belongs to no team.')
  await tx.q
    .updateTable('drafts')
    .set({ shared_at: isShared ? tx.now : null, agent_id: agent.id })
    .where('id', '=', id)
    .execute()
}

/** The draft, for somebody who may write to the customers of its team: a colleague's is seen by all of the team. */
async function draftToChange(q: Query, id: string, agent: AgentRow): Promise<DraftRow> {
  const draft = await draftById(q, id, agent.id)
  if (draft.agent_id !== agent.id && draft.team_id) await refuseUnlessWrites(q, agent.id, draft.team_id)
  return draft
}

/** The draft, if it is the agent's or shared with a team of theirs, and neither sent nor discarded; else throws a Problem. */
export async function draftById(q: Query, id: string, agentId: string): Promise<DraftRow> {
  const row = await q
    .selectFrom('drafts as d')
    .selectAll('d')
    .where('d.id', '=', id)
    .where('d.ended_at', 'is', null)
    .where(isSeenBy(q, agentId))
    .executeTakeFirst()
  if (!row) throw new Problem('not_found', 'This draft was sent or discarded already.')
  return row
}

/** A draft in a list. */
export interface DraftView {
  id: string
  about: About
  isShared: boolean
  isOwn: boolean
  by: string
  updatedAt: number
}

/** An agent's own drafts and those that a team of theirs shares, the newest first. */
export async function draftsFor(q: Query, agentId: string, limit: number): Promise<DraftView[]> {
  return (await selectSeen(q, agentId).limit(limit).execute()).map(row => viewOf(row, agentId))
}

/** The same of new tickets, whole. */
export async function ticketDraftsFor(q: Query, agentId: string, limit: number): Promise<DraftRow[]> {
  const rows = await q
    .selectFrom('drafts as d')
    .selectAll('d')
    .where('d.ended_at', 'is', null)
    .where('d.ticket_id', 'is', null)
    .where(isSeenBy(q, agentId))
    .orderBy('d.updated_at', 'desc')
    .orderBy('d.id', 'desc')
    .limit(limit)
    .execute()
  return rows.filter(row => (JSON.parse(row.about) as About).kind === 'ticket')
}

/** What was begun there before and not sent, by the agent or by a team of theirs: the one written on last. */
export async function draftBegun(
  q: Query,
  agentId: string,
  { kind, ticketId }: { kind: DraftKind; ticketId: string | null },
): Promise<DraftView | undefined> {
  const rows = await selectSeen(q, agentId)
    .where('d.ticket_id', ticketId === null ? 'is' : '=', ticketId)
    .limit(MOST_LOOKED_AT)
    .execute()
  return rows.map(row => viewOf(row, agentId)).find(d => d.about.kind === kind)
}

const MOST_LOOKED_AT = 100

function selectSeen(q: Query, agentId: string) {
  return q
    .selectFrom('drafts as d')
    .innerJoin('agents as a', 'a.id', 'd.agent_id')
    .select(['d.id', 'd.about', 'd.ticket_id', 'd.shared_at', 'd.agent_id', 'd.updated_at', 'a.name'])
    .where('d.ended_at', 'is', null)
    .where(isSeenBy(q, agentId))
    .orderBy('d.updated_at', 'desc')
    .orderBy('d.id', 'desc')
}

type Seen = Pick<DraftRow, 'id' | 'about' | 'ticket_id' | 'shared_at' | 'agent_id' | 'updated_at'> & { name: string }

/** One that was saved before there were notes and chats among them says no kind. */
function viewOf(row: Seen, agentId: string): DraftView {
  const about = JSON.parse(row.about) as Omit<About, 'kind'> & { kind?: DraftKind }
  return {
    id: row.id,
    about: { ...about, kind: about.kind ?? (row.ticket_id === null ? 'ticket' : 'reply') },
    isShared: row.shared_at !== null,
    isOwn: row.agent_id === agentId,
    by: row.name,
    updatedAt: row.updated_at,
  }
}

/** It is their own, or a team of theirs shares it. */
function isSeenBy(q: Query, agentId: string) {
  const teams = q.selectFrom('team_members').select('team_id').where('agent_id', '=', agentId)
  return (e: ExpressionBuilder<Schema & { d: DraftRow }, 'd'>) =>
    e.or([e('d.agent_id', '=', agentId), e.and([e('d.shared_at', 'is not', null), e('d.team_id', 'in', teams)])])
}

const KEPT_MS = 2 * 24 * 3_600_000

/** Forgets drafts that ended long ago: no form is open so long. */
export async function pruneDrafts(tx: Tx): Promise<void> {
  await tx.q
    .deleteFrom('drafts')
    .where('ended_at', '<', tx.now - KEPT_MS)
    .execute()
}
