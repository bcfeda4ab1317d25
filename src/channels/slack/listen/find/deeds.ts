import type { App, ViewSubmitAction } from '@slack/bolt'
import { searching } from '../../../../core/find/entry.ts'
import { askerOf, countFound } from '../../../../core/find/find.ts'
import { type Deed, MOST_AT_ONCE, type Done as Result } from '../../../../core/tickets/bulk.ts'
import { beginDeed, endDeed, goOn } from '../../../../core/tickets/deeds.ts'
import { SETTABLE } from '../../../../core/tickets/status.ts'
import type { AgentRow, DeedRow, Status } from '../../../../db/schema.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { notice } from '../../views/blocks.ts'
import {
  type Chosen,
  type DeedMeta,
  deedForm,
  deedProgress,
  deedResult,
  deedWords,
  resultBlocks,
} from '../../views/find/deeds.ts'
import type { DeedName, FoundMeta } from '../../views/find/results.ts'
import { ids } from '../../views/ids.ts'
import { redrawView } from '../show.ts'
import { type Done, onSubmit, sentenceFor } from '../showing-problems.ts'
import { assigneeOf } from '../tickets/read-ticket.ts'
import { untilIn } from '../tickets/snooze.ts'
import * as values from '../values.ts'
import { exportChosen } from './export.ts'
import { foundPage } from './results.ts'

const TELL_MS = 2_000 // Slack draws a view no more often than people read it

/** What is done with the tickets that are ticked in a list of results, or with all that match. */
export function listenToDeeds(app: App, desk: Desk): void {
  app.view<ViewSubmitAction>(
    ids.forms.found,
    onSubmit(desk, body => choose(desk, body)),
  )
  app.view<ViewSubmitAction>(
    ids.forms.deed,
    onSubmit(desk, body => perform(desk, body)),
  )
}

/** Asks what exactly, with the count; an export begins at once. */
async function choose(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const agent = await desk.people.agent(user.id)
  const v = view.state.values
  const deed = values.chosen(v, 'deed') as DeedName | null
  if (!deed) throw new Problem('invalid', 'Choose what is to be done.', 'deed')
  const found = values.metaOf<FoundMeta>(view)
  const seqs = tickedIn(v)
  const isAll = values.isChecked(v, 'all')
  if (!isAll && !seqs.length) throw new Problem('invalid', 'Tick the tickets that are meant.', 'deed')
  const chosen: Chosen = { found, seqs: isAll ? null : seqs }
  if (deed === 'csv' || deed === 'json' || deed === 'eml') return exportChosen(desk, agent, user.id, deed, chosen)
  const count = isAll ? await countAll(desk, agent, found.filter) : seqs.length
  return { push: deedForm({ deed, ...chosen, count }, SETTABLE) }
}

/** The boxes stand ten in a block. */
function tickedIn(v: values.Values): number[] {
  const blocks = Object.keys(v).filter(name => name.startsWith('tickets:'))
  return blocks.flatMap(name => values.ticked(v, name)).map(Number)
}

async function countAll(desk: Desk, agent: AgentRow, filter: FoundMeta['filter']): Promise<number> {
  const count = await searching(desk.store, async q =>
    countFound(q, filter, await askerOf(q, agent, desk.store.now()), MOST_AT_ONCE + 1),
  )
  if (count > MOST_AT_ONCE)
    throw new Problem(
      'limited',
      `These are more than ${MOST_AT_ONCE}. Narrow what you look for, and do it in steps.`,
      'all',
    )
  return count
}

/** It is written down and acknowledged before it is done, since it may take a while; the same form again is the same work. */
async function perform(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const meta = values.metaOf<DeedMeta>(view)
  const agent = await desk.people.agent(user.id)
  const deed = await deedIn(desk, user.id, meta, view.state.values)
  const { found, seqs } = meta
  const meant = seqs ? { seqs } : { filter: found.filter }
  const begun = await desk.store.write(tx => beginDeed(tx, { key: view.id, agent, deed, meant }))
  const shown = { show: deedProgress(meta, 0) }
  if (!begun) return shown
  const after = () => run(desk, begun, { meta, viewId: view.id, user: user.id })
  return { ...shown, after: () => after().then(() => redrawList(desk, agent, view.root_view_id, found)) }
}

async function deedIn(desk: Desk, user: string, { deed }: DeedMeta, v: values.Values): Promise<Deed> {
  switch (deed) {
    case 'assign': {
      const to = values.isChecked(v, 'nobody') ? null : values.chosenUser(v, 'assignee')
      if (to === null && !values.isChecked(v, 'nobody'))
        throw new Problem('invalid', 'Choose who takes them, or nobody.', 'assignee')
      return { do: 'assign', agentId: to && (await assigneeOf(desk, to)) }
    }
    case 'status':
      return { do: 'status', status: values.chosen(v, 'status') as Status }
    case 'close':
      return { do: 'close', reason: values.chosen(v, 'reason') ?? '' }
    case 'tag': {
      const [add, takeOff] = [namesIn(v, 'tags'), namesIn(v, 'tags_off')]
      if (!add.length && !takeOff.length) throw new Problem('invalid', 'Choose at least one tag.', 'tags')
      return { do: 'tag', add, takeOff }
    }
    case 'snooze':
      return { do: 'snooze', snooze: await untilIn(desk, user, v) }
    default:
      return { do: deed }
  }
}

function namesIn(v: values.Values, field: string): string[] {
  return values.chosenOptions(v, field).map(o => String(o.value))
}

/** What is done, and where it is shown. */
interface Work {
  meta: DeedMeta
  viewId: string
  user: string
}

async function run(desk: Desk, begun: DeedRow, { meta, viewId, user }: Work): Promise<void> {
  const tell = progress(desk, viewId, meta)
  try {
    const result = await goOn(desk.store, begun, tell.of)
    await tell.end()
    await tellResult(desk, { viewId, user, meta }, result)
    await desk.store.write(tx => endDeed(tx, begun.id))
  } catch (error) {
    await tell.end()
    if (!(await redrawView(desk, viewId, notice('Overture', sentenceFor(desk, error))))) throw error
  }
}

/** Draws how far it is, now and then; never two drawings at once, lest an older one come last. */
function progress(desk: Desk, viewId: string, meta: DeedMeta) {
  let last = Date.now()
  let drawing: Promise<unknown> = Promise.resolve()
  return {
    of(looked: number): void {
      if (Date.now() - last < TELL_MS) return
      last = Date.now()
      drawing = drawing.then(() => redrawView(desk, viewId, deedProgress(meta, looked)))
    },
    end: () => drawing,
  }
}

async function tellResult(desk: Desk, { viewId, user, meta }: Work, result: Result): Promise<void> {
  if (await redrawView(desk, viewId, deedResult(meta, result))) return
  const text = deedWords(meta.deed, result)
  await desk.bulk.chat.postMessage({ channel: user, text, blocks: resultBlocks(meta.deed, result) })
}

/** The list below shows how things are now, with no box ticked. */
async function redrawList(
  desk: Desk,
  agent: AgentRow,
  viewId: string | null | undefined,
  found: FoundMeta,
): Promise<void> {
  if (viewId) await redrawView(desk, viewId, await foundPage(desk, agent, { ...found, turn: (found.turn ?? 0) + 1 }))
}
