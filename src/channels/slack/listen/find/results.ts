import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { isBacklog, searching } from '../../../../core/find/entry.ts'
import { type Filter, NONE } from '../../../../core/find/filter.ts'
import { askerOf, countFound, findTickets, PAGE_SIZES } from '../../../../core/find/find.ts'
import { findWords } from '../../../../core/find/language.ts'
import { removeFind, renameFind, savedFind, saveFind, teamsOf } from '../../../../core/find/saved.ts'
import type { AgentRow } from '../../../../db/schema.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { notice } from '../../views/blocks.ts'
import { renameForm, type SaveMeta, saveForm } from '../../views/find/form.ts'
import { type FoundMeta, foundView } from '../../views/find/results.ts'
import { ids } from '../../views/ids.ts'
import { showHome } from '../home.ts'
import { admit, detailsView, openForm, redrawView } from '../show.ts'
import { type Done, onPress, onSubmit, type Pressed } from '../showing-problems.ts'
import { once } from '../submission.ts'
import * as values from '../values.ts'

const MOST_COUNTED = 1_000
const LONGEST_META = 2_000 // of the 3,000 characters that a view may remember

/** The list of what was found: its pages, its tickets, and the views that it is kept as. */
export function listenToFound(app: App, desk: Desk): void {
  const on = (id: string | RegExp, work: (pressed: Pressed, agent: AgentRow) => Promise<unknown>) =>
    app.action<BlockAction>(
      id,
      onPress(desk, async pressed => {
        await work(pressed, await desk.people.agent(pressed.user))
      }),
    )
  on(new RegExp(`^${ids.findPage}:`), ({ body, value }, agent) => {
    const [way, seq] = value.split(':')
    return turnTo(desk, body, agent, { at: way === 'before' ? { before: Number(seq) } : { after: Number(seq) } })
  })
  on(ids.findSize, ({ body, value }, agent) => turnTo(desk, body, agent, { at: {}, size: Number(value) }))
  on(ids.findOpen, async ({ body, value, user }) => {
    await admit(desk, user, value)
    await openForm(desk, body, await detailsView(desk, value))
  })
  on(ids.findSave, async ({ body }, agent) => {
    const teams = await desk.store.read(q => teamsOf(q, agent.id))
    await openForm(desk, body, saveForm(saveMetaIn(body), teams))
  })
  on(ids.savedRename, async ({ body }) => openForm(desk, body, renameForm(saveMetaIn(body))))
  on(ids.savedRemove, async ({ body, value, user }, agent) => {
    await desk.store.write(tx => removeFind(tx, value, agent))
    const { saved: _, ...found } = saveMetaIn(body).found
    if (body.view) await redrawView(desk, body.view.id, await foundPage(desk, agent, found))
    await showHome(desk, user)
  })
  on(new RegExp(`^${ids.savedOpen}:`), async ({ body, value }, agent) => {
    const { id, name, filter } = await desk.store.read(q => savedFind(q, value, agent))
    await openFound(desk, body, agent, filter, { id, name })
  })
  app.view<ViewSubmitAction>(
    ids.forms.saveFind,
    onSubmit(desk, body => save(desk, body)),
  )
  app.view<ViewSubmitAction>(
    ids.forms.renameFind,
    onSubmit(desk, body => rename(desk, body)),
  )
}

/** Opens the results of a filter; a trigger lives shorter than a slow database may take. */
export async function openFound(
  desk: Desk,
  from: Parameters<typeof openForm>[1],
  agent: AgentRow,
  filter: Filter,
  saved?: FoundMeta['saved'],
): Promise<void> {
  const viewId = await openForm(desk, from, notice('Find', 'Looking…'))
  const found = { filter, at: {}, size: PAGE_SIZES[0], ...(saved && { saved }) }
  await redrawView(desk, viewId, await foundPage(desk, agent, found))
}

/** A page of results as the agent may see them. Throws a Problem for a filter that is too long to be remembered. */
export async function foundPage(desk: Desk, agent: AgentRow, found: FoundMeta): Promise<ModalView> {
  if (JSON.stringify(found).length > LONGEST_META)
    throw new Problem('limited', 'That is more than can be looked for at once. Choose fewer values.')
  const now = desk.store.now()
  return searching(desk.store, async q => {
    const asker = await askerOf(q, agent, now)
    const count = await countFound(q, found.filter, asker, MOST_COUNTED + 1)
    const view = {
      ...found,
      page: await findTickets(q, found.filter, asker, { ...found.at, limit: found.size }),
      asked: await findWords(q, found.filter),
      count: Math.min(count, MOST_COUNTED),
      isMore: count > MOST_COUNTED,
      isPartial: await isBacklog(q),
    }
    return foundView(view, now)
  })
}

async function turnTo(desk: Desk, body: BlockAction, agent: AgentRow, changes: Partial<FoundMeta>): Promise<void> {
  if (!body.view) return
  const found = { ...values.metaOf<FoundMeta>(body.view), ...changes }
  await redrawView(desk, body.view.id, await foundPage(desk, agent, found))
}

function saveMetaIn(body: BlockAction): SaveMeta {
  if (!body.view) throw new Problem('conflict', 'This list is closed.')
  return { below: body.view.id, found: values.metaOf<FoundMeta>(body.view) }
}

async function save(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { below, found } = values.metaOf<SaveMeta>(view)
  const agent = await desk.people.agent(user.id)
  const v = view.state.values
  const name = values.typed(v, 'name')
  const team = values.chosen(v, 'team')
  const teamId = team === NONE ? null : team
  const form = { name, filter: found.filter, teamId, agent }
  const id = await desk.store.write(tx => once(tx, view, () => saveFind(tx, form)))
  if (id === undefined) return { keepBelow: true }
  return { keepBelow: true, after: () => redrawBoth(desk, user.id, agent, below, { ...found, saved: { id, name } }) }
}

async function rename(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { below, found } = values.metaOf<SaveMeta>(view)
  const agent = await desk.people.agent(user.id)
  const name = values.typed(view.state.values, 'name')
  const id = found.saved?.id ?? ''
  await desk.store.write(tx => renameFind(tx, id, name, agent))
  return { keepBelow: true, after: () => redrawBoth(desk, user.id, agent, below, { ...found, saved: { id, name } }) }
}

/** The list below, and Home, which has a button for each view. */
async function redrawBoth(desk: Desk, user: string, agent: AgentRow, below: string, found: FoundMeta): Promise<void> {
  await redrawView(desk, below, await foundPage(desk, agent, found))
  await showHome(desk, user)
}
