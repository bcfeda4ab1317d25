import type { AgentRow, HookRow, HookShape } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { Problem, Problems } from '../../lib/problem.ts'
import { whyNotPosted } from '../../lib/public-address.ts'
import { seal } from '../../lib/sign.ts'
import { liftAlert } from '../alerts.ts'
import { noteListener } from './heard.ts'
import { hookFor, refuseUnlessRuns } from './hook.ts'
import { newSecret } from './secret.ts'
import { typeNamed } from './types.ts'

/** What is asked for. Absent, all of it stays as it is, or is the usual: events of all kinds and teams, without notes. */
export interface HookForm {
  url?: string
  description?: string
  shape?: HookShape
  events?: string[] | null // null: all
  teamIds?: string[] | null // null: all
  includePrivate?: boolean
}

type By = Pick<AgentRow, 'id'>

const MOST_HOOKS = 50
const LONGEST_URL = 2_000
const LONGEST_DESCRIPTION = 200

/** What workflows of Slack are told of, and all that the flat texts can say. */
const OF_WORDS = ['ticket:answered']

/**
 * Has programs told of what happens from now on, at this address; returns the secret that it is signed with, which nobody
 * sees again. `local` also allows loopback, to try it out. Throws Problems under `url`, `events`, `teams` and `description`.
 */
export async function createHook(
  tx: Tx,
  form: HookForm & { url: string },
  by: By,
  local: boolean,
): Promise<{ id: string; secret: string }> {
  await refuseUnlessRuns(tx.q, by.id, form.teamIds ?? null)
  refuseFaults(form, local)
  await refuseUnknownTeams(tx, form.teamIds ?? null)
  await refuseMore(tx)
  const { secret, sealed } = newSecret(tx.key)
  const id = newId()
  await tx.q
    .insertInto('hooks')
    .values({
      ...EMPTY,
      id,
      secret: sealed,
      created_by: by.id,
      created_at: tx.now,
      updated_at: tx.now,
      ...(columnsOf(tx.key, form) as Pick<HookRow, 'url'>),
    })
    .execute()
  noteListener(tx)
  return { id, secret }
}

const EMPTY = {
  description: '',
  shape: 'event' as const,
  events: null,
  teams: null,
  include_private: 0 as const,
  old_secret: null,
  old_secret_until: null,
  off_at: null,
  off_reason: null,
  deleted_at: null,
  failures: 0,
  failing_since: null,
  rest_until: null,
  delivered_at: null,
  problem: null,
}

/** Changes what is asked for; what waits goes to where it is now. Throws Problems as above, and for whoever may not. */
export async function changeHook(tx: Tx, id: string, form: HookForm, by: By, local: boolean): Promise<void> {
  const hook = await hookFor(tx.q, tx.key, id, by.id)
  refuseFaults({ shape: hook.shape, ...form }, local)
  if (form.teamIds !== undefined) {
    await refuseUnlessRuns(tx.q, by.id, form.teamIds)
    await refuseUnknownTeams(tx, form.teamIds)
  }
  const changes = columnsOf(tx.key, form)
  if (!Object.keys(changes).length) return
  await tx.q
    .updateTable('hooks')
    .set({ ...changes, updated_at: tx.now, ...(form.url !== undefined && TRIED_ANEW) })
    .where('id', '=', id)
    .execute()
  if (form.url !== undefined) await tryAtOnce(tx, id)
}

const TRIED_ANEW = { failures: 0, failing_since: null, rest_until: null, problem: null }

/** Has nothing posted any more, or all from now on, and at once what waited. */
export async function switchHook(tx: Tx, id: string, isOn: boolean, by: By): Promise<void> {
  const hook = await hookFor(tx.q, tx.key, id, by.id)
  if ((hook.offAt === null) === isOn) return
  const off = { off_at: tx.now, off_reason: 'Somebody switched it off.' }
  const on = { off_at: null, off_reason: null, ...TRIED_ANEW }
  await tx.q
    .updateTable('hooks')
    .set({ ...(isOn ? on : off), updated_at: tx.now })
    .where('id', '=', id)
    .execute()
  if (!isOn) return
  await liftAlert(tx, hookAlert(id), 'The webhook is switched on again.')
  noteListener(tx)
  await tryAtOnce(tx, id)
}

/** The key of the alert that a subscription was switched off. */
export function hookAlert(id: string): string {
  return `hook:${id}`
}

/** What waits is due now. */
async function tryAtOnce(tx: Tx, id: string): Promise<void> {
  await tx.q
    .updateTable('hook_deliveries')
    .set({ due_at: tx.now })
    .where('hook_id', '=', id)
    .where('state', '=', 'queued')
    .where('due_at', '>', tx.now)
    .execute()
  tx.wake('hooks')
}

/** For so long both secrets sign (ms), unless somebody ends the older one. */
const BOTH_MS = 24 * 3_600_000

/** Makes a new secret and returns it; for a day what is posted is signed with both. One that is older than both is gone. */
export async function rotateSecret(tx: Tx, id: string, by: By): Promise<string> {
  await hookFor(tx.q, tx.key, id, by.id)
  const { secret, sealed } = newSecret(tx.key)
  await tx.q
    .updateTable('hooks')
    .set(e => ({
      old_secret: e.ref('secret'),
      old_secret_until: tx.now + BOTH_MS,
      secret: sealed,
      updated_at: tx.now,
    }))
    .where('id', '=', id)
    .execute()
  return secret
}

/** From now on only the newest secret signs. */
export async function endOldSecret(tx: Tx, id: string, by: By): Promise<void> {
  await hookFor(tx.q, tx.key, id, by.id)
  await tx.q.updateTable('hooks').set({ old_secret: null, old_secret_until: null }).where('id', '=', id).execute()
}

/** Nothing is posted there any more, nor does anything say where that was. */
export async function removeHook(tx: Tx, id: string, by: By): Promise<void> {
  await hookFor(tx.q, tx.key, id, by.id)
  await tx.q
    .updateTable('hooks')
    .set({ deleted_at: tx.now, url: '', secret: null, old_secret: null })
    .where('id', '=', id)
    .execute()
  await tx.q
    .updateTable('hook_deliveries')
    .set({ state: 'failed', body: null, problem: 'The webhook was removed.', settled_at: tx.now })
    .where('hook_id', '=', id)
    .where('state', '=', 'queued')
    .execute()
  await liftAlert(tx, hookAlert(id), 'The webhook was removed.')
}

function columnsOf(key: Buffer, form: HookForm): Partial<HookRow> {
  const { url, description, shape, events, teamIds, includePrivate } = form
  return {
    ...(url !== undefined && { url: seal(key, url.trim()) }),
    ...(description !== undefined && { description: description.trim() }),
    ...(shape !== undefined && { shape }),
    ...(events !== undefined && { events: events && JSON.stringify(namesOf(events)) }),
    ...(shape === 'words' && { events: JSON.stringify(OF_WORDS) }),
    ...(teamIds !== undefined && { teams: teamIds && JSON.stringify([...new Set(teamIds)]) }),
    ...(includePrivate !== undefined && { include_private: includePrivate ? 1 : 0 }),
  }
}

/** Those that are known; the others were refused. */
function namesOf(events: string[]): string[] {
  return [...new Set(events.flatMap(type => typeNamed(type) ?? []))]
}

function refuseFaults({ url, description, shape, events }: HookForm, local: boolean): void {
  const faults: Problem[] = []
  const invalid = (message: string, field: string) => faults.push(new Problem('invalid', message, field))
  const refusal = url === undefined ? null : whyNotPosted(url.trim(), local)
  if (refusal) invalid(refusal, 'url')
  if ((url?.length ?? 0) > LONGEST_URL) invalid(`An address has at most ${LONGEST_URL} characters.`, 'url')
  if ((description?.trim().length ?? 0) > LONGEST_DESCRIPTION)
    invalid(`This has at most ${LONGEST_DESCRIPTION} characters.`, 'description')
  const unknown = events?.find(type => typeNamed(type) === undefined)
  if (unknown !== undefined) invalid(`There is no event ${unknown}.`, 'events')
  if (events?.length === 0) invalid('Choose at least one event.', 'events')
  if (shape === 'words' && events && namesOf(events).join() !== OF_WORDS.join())
    invalid(`Flat texts are posted for ${OF_WORDS.join()} alone.`, 'events')
  if (faults.length) throw new Problems(faults)
}

async function refuseUnknownTeams(tx: Tx, teamIds: string[] | null): Promise<void> {
  if (teamIds === null) return
  if (!teamIds.length) throw new Problem('invalid', 'Choose at least one team.', 'teams')
  const known = await tx.q.selectFrom('teams').select('id').where('id', 'in', teamIds).execute()
  if (known.length < new Set(teamIds).size) throw new Problem('not_found', 'There is no such team.', 'teams')
}

async function refuseMore(tx: Tx): Promise<void> {
  const known = await tx.q.selectFrom('hooks').select('id').where('deleted_at', 'is', null).execute()
  if (known.length >= MOST_HOOKS)
    throw new Problem('limited', `There are at most ${MOST_HOOKS} webhooks. Remove one first.`, 'url')
}
