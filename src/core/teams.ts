import { prepared, preparedFor } from '../db/prepared.ts'
import type { Priority, ReplyMode, TeamRow } from '../db/schema.ts'
import type { Query, Tx } from '../db/store.ts'
import { newId } from '../lib/id.ts'
import { Problem, Problems } from '../lib/problem.ts'
import { LONGEST_SIGNATURE } from './agents.ts'
import { redrawCardsOfTeam } from './deliveries/redraw.ts'
import { sendersOf } from './senders/find.ts'

export interface TeamForm {
  name: string
  prefix: string
  place: string
  replyMode: ReplyMode
  holdMs: number
  signature: string
  reopenDays?: number // an answer later than this after the closing is a new ticket; absent: as it was
  senderId?: string | null // what new tickets are sent from; null: the oldest sender that works; absent: as it was
}

const LONGEST_HOLD_MS = 10 * 60_000
const LONGEST_NAME = 80
const REOPEN_DAYS = 14
const MOST_REOPEN_DAYS = 3_650

/** Makes a team with its first form. Its prefix and its place belong to no other team; else Problems names the fields. */
export async function createTeam(tx: Tx, form: TeamForm): Promise<string> {
  const id = newId()
  await refuseFaults(tx, id, form)
  await tx.q
    .insertInto('teams')
    .values({
      id,
      ...columns(form),
      next_number: 1,
      place_problem: null,
      sender_id: null,
      reopen_days: form.reopenDays ?? REOPEN_DAYS,
      created_at: tx.now,
      archived_at: null,
    })
    .execute()
  await tx.q
    .insertInto('forms')
    .values({
      id: newId(),
      team_id: id,
      name: 'General',
      priority: 'medium' satisfies Priority,
      position: 0,
      created_at: tx.now,
    })
    .execute()
  return id
}

/** Changes a team; tickets keep the identifier they were given. */
export async function changeTeam(tx: Tx, id: string, form: TeamForm): Promise<void> {
  await refuseFaults(tx, id, form)
  await tx.q
    .updateTable('teams')
    .set({
      ...columns(form),
      place_problem: null,
      ...(form.reopenDays !== undefined && { reopen_days: form.reopenDays }),
      ...(form.senderId !== undefined && { sender_id: form.senderId }),
    })
    .where('id', '=', id)
    .execute()
  await redrawCardsOfTeam(tx, id)
}

function columns(form: TeamForm) {
  return {
    name: form.name.trim().replace(/\s+/g, ' '),
    prefix: form.prefix.trim().toUpperCase(),
    place: form.place,
    reply_mode: form.replyMode,
    hold_ms: form.holdMs,
    signature: form.signature.trim(),
  }
}

async function refuseFaults(tx: Tx, id: string, form: TeamForm): Promise<void> {
  const faults: Problem[] = []
  const prefix = form.prefix.trim().toUpperCase()
  if (!form.name.trim()) faults.push(new Problem('invalid', 'Give the team a name.', 'name'))
  if (form.name.trim().length > LONGEST_NAME)
    faults.push(new Problem('invalid', `A name has at most ${LONGEST_NAME} characters.`, 'name'))
  if (form.signature.trim().length > LONGEST_SIGNATURE)
    faults.push(new Problem('invalid', `A signature has at most ${LONGEST_SIGNATURE} characters.`, 'signature'))
  if (!/^[A-Z][A-Z0-9]{1,9}$/.test(prefix))
    faults.push(
      new Problem('invalid', 'A prefix is 2 to 10 letters or digits and begins with a letter, such as SUP.', 'prefix'),
    )
  if (!form.place) faults.push(new Problem('invalid', 'Choose the channel where the tickets are shown.', 'place'))
  if (!Number.isFinite(form.holdMs) || form.holdMs < 0 || form.holdMs > LONGEST_HOLD_MS)
    faults.push(new Problem('invalid', 'The hold is a number of seconds from 0 to 600.', 'hold'))
  const days = form.reopenDays ?? REOPEN_DAYS
  if (!Number.isInteger(days) || days < 0 || days > MOST_REOPEN_DAYS)
    faults.push(new Problem('invalid', 'The days are a whole number from 0 to 3650.', 'reopen_days'))
  const others = await tx.q.selectFrom('teams').select(['prefix', 'place', 'name']).where('id', '!=', id).execute()
  const samePrefix = others.find(o => o.prefix === prefix)
  if (samePrefix) faults.push(new Problem('conflict', `The team ${samePrefix.name} has this prefix.`, 'prefix'))
  const samePlace = others.find(o => o.place === form.place)
  if (samePlace) faults.push(new Problem('conflict', `The team ${samePlace.name} shows its tickets there.`, 'place'))
  if (form.senderId && !(await sendersOf(tx.q, id)).some(s => s.id === form.senderId))
    faults.push(new Problem('invalid', 'This sender is not one of the team.', 'sender'))
  if (faults.length) throw new Problems(faults)
}

/** All teams, oldest first: the first one hears of what concerns none. */
export async function teams(q: Query): Promise<TeamRow[]> {
  return (await selectTeams(q, {})).rows
}

const selectTeams = prepared(q =>
  q.selectFrom('teams').selectAll().where('archived_at', 'is', null).orderBy('created_at'),
)

/** The team, also one that was archived. Throws a Problem when there is none. */
export async function teamById(q: Query, id: string): Promise<TeamRow> {
  const [team] = (await selectTeam(q, { id })).rows
  if (!team) throw new Problem('not_found', 'This team is no more.', 'team')
  return team
}

const selectTeam = prepared((q, v: { id: string }) => q.selectFrom('teams').selectAll().where('id', '=', v.id))

/** These teams, by id, with those that were archived. */
export async function teamsById(q: Query, ids: string[]): Promise<Map<string, TeamRow>> {
  if (!ids.length) return new Map()
  return new Map((await selectTeamsIn(q, [...new Set(ids)])).map(t => [t.id, t]))
}

const selectTeamsIn = preparedFor((q, ids) => q.selectFrom('teams').selectAll().where('id', 'in', ids))

/** The team that shows its tickets in this place, if any does. */
export function teamAtPlace(q: Query, place: string): Promise<TeamRow | undefined> {
  return q
    .selectFrom('teams')
    .selectAll()
    .where('place', '=', place)
    .where('archived_at', 'is', null)
    .executeTakeFirst()
}

/** Notes why a team's place cannot be written to (a finished sentence), or that it can again (null). True when that is news. */
export async function notePlaceProblem(tx: Tx, place: string, problem: string | null): Promise<boolean> {
  const changed = await tx.q
    .updateTable('teams')
    .set({ place_problem: problem })
    .where('place', '=', place)
    .where('place_problem', problem === null ? 'is not' : 'is distinct from', problem as string)
    .executeTakeFirst()
  return changed.numUpdatedRows > 0n
}

/** The forms of a team that can be chosen, in their order. */
export async function formsOf(q: Query, teamId: string): Promise<{ id: string; name: string; priority: Priority }[]> {
  return (await selectForms(q, { teamId })).rows
}

const selectForms = prepared((q, v: { teamId: string }) =>
  q
    .selectFrom('forms')
    .select(['id', 'name', 'priority'])
    .where('team_id', '=', v.teamId)
    .where('archived_at', 'is', null)
    .orderBy('position')
    .orderBy('created_at'),
)
