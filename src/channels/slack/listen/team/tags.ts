import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { actorOf } from '../../../../core/agents.ts'
import { changeTag, checkMerge, countTickets, dropTag, tagById, tagPage } from '../../../../core/tags/change.ts'
import { findGroups, groupById, groupNamed, removeGroup, renameGroup, tagGroups } from '../../../../core/tags/groups.ts'
import { findTags } from '../../../../core/tags/tags.ts'
import type { Desk } from '../../desk.ts'
import { option } from '../../views/blocks.ts'
import { ids } from '../../views/ids.ts'
import {
  type GroupMeta,
  groupForm,
  groupOptions,
  groupsPage,
  removedView,
  removingView,
  type TagMeta,
  type TagsMeta,
  tagForm,
  tagsPage,
} from '../../views/team/tags.ts'
import { pressesIn } from '../admitted.ts'
import { onSearch } from '../search.ts'
import { admit, admitLead, openForm, redrawView } from '../show.ts'
import { type Done, onSubmit, type Pressed } from '../showing-problems.ts'
import { once } from '../submission.ts'
import * as values from '../values.ts'

const ROWS = 20

/** The set-up of tags and their groups. */
export function listenToTags(app: App, desk: Desk): void {
  const on = pressesIn(app, desk)
  on(ids.editTags, async ({ body }) => openForm(desk, body, await listOf(desk, { typed: '', after: null })))
  on(new RegExp(`^${ids.pageTags}:`), ({ body, value }) =>
    redrawList(desk, body.view?.id, { ...listIn(body), after: value === '-' ? null : value }),
  )
  on(ids.editTag, pressed => openTag(desk, pressed))
  on(ids.removeTag, pressed => remove(desk, pressed))
  on(ids.editTagGroups, async ({ body }) => openForm(desk, body, groupsPage(await desk.store.read(tagGroups))))
  on(ids.tagGroupMenu, pressed => onGroupMenu(desk, pressed))
  const submitted = (id: string, work: (body: ViewSubmitAction) => Promise<Done>) =>
    app.view<ViewSubmitAction>(
      id,
      onSubmit(desk, body => work(body)),
    )
  submitted(ids.forms.searchTags, async ({ user, view }) => {
    await admit(desk, user.id)
    return { show: await listOf(desk, { typed: values.typed(view.state.values, 'search').trim(), after: null }) }
  })
  submitted(ids.forms.tag, body => saveTag(desk, body))
  submitted(ids.forms.tagGroup, body => saveGroup(desk, body))
  onSearch(app, desk, ids.findTagGroup, async ({ typed }) => ({
    options: groupOptions(await desk.store.read(q => findGroups(q, typed)), typed),
  }))
  onSearch(app, desk, ids.findTagToMerge, async ({ typed }) => ({
    options: (await desk.store.read(q => findTags(q, typed))).map(t => option(t.name, t.id)),
  }))
}

function listIn({ view }: BlockAction): TagsMeta {
  const { typed, after } = view ? values.metaOf<TagsMeta>(view) : { typed: '', after: null }
  return { typed, after }
}

async function listOf(desk: Desk, meta: TagsMeta): Promise<ModalView> {
  return tagsPage(meta, await desk.store.read(q => tagPage(q, meta.typed, ROWS, meta.after)))
}

async function redrawList(desk: Desk, pageId: string | undefined, meta: TagsMeta): Promise<void> {
  if (pageId) await redrawView(desk, pageId, await listOf(desk, meta))
}

async function openTag(desk: Desk, { body, value }: Pressed): Promise<void> {
  if (!body.view) return
  const meta: TagMeta = { ...listIn(body), tagId: value, pageId: body.view.id }
  const form = await desk.store.read(async q =>
    tagForm(meta, { ...(await tagById(q, value)), tickets: await countTickets(q, value) }),
  )
  await openForm(desk, body, form)
}

async function saveTag(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { tagId, pageId, typed, after } = values.metaOf<TagMeta>(view)
  const actor = actorOf(await admitLead(desk, user.id))
  const v = view.state.values
  const [into] = values.chosenOptions(v, 'into')
  const redraw = () => redrawList(desk, pageId, { typed, after })
  if (into) {
    const intoId = String(into.value)
    await desk.store.read(q => checkMerge(q, tagId, intoId))
    return {
      keepBelow: true,
      async after() {
        await dropTag(desk.store, tagId, intoId, actor)
        await redraw()
      },
    }
  }
  const [group] = values.chosenOptions(v, 'group')
  await desk.store.write(tx =>
    once(tx, view, async () =>
      changeTag(tx, tagId, {
        name: values.typed(v, 'name'),
        groupId: group ? await groupNamed(tx, String(group.value)) : null,
      }),
    ),
  )
  return { keepBelow: true, after: redraw }
}

/** It may be on many tickets: the list is drawn anew once it is on none. */
async function remove(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  if (!body.view) return
  const { pageId, typed, after } = values.metaOf<TagMeta>(body.view)
  const actor = actorOf(await admitLead(desk, user))
  const { name } = await desk.store.read(q => tagById(q, value))
  await redrawView(desk, body.view.id, removingView(name))
  await dropTag(desk.store, value, null, actor)
  await redrawView(desk, body.view.id, removedView(name))
  await redrawList(desk, pageId, { typed, after })
}

/** `rename:ID` or `remove:ID`. */
async function onGroupMenu(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  if (!body.view) return
  await admitLead(desk, user)
  const [what, groupId = ''] = value.split(':')
  if (what === 'rename') {
    const { name } = await desk.store.read(q => groupById(q, groupId))
    await openForm(desk, body, groupForm({ groupId, pageId: body.view.id }, name))
    return
  }
  await desk.store.write(tx => removeGroup(tx, groupId))
  await redrawView(desk, body.view.id, groupsPage(await desk.store.read(tagGroups)))
}

async function saveGroup(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { groupId, pageId } = values.metaOf<GroupMeta>(view)
  await admitLead(desk, user.id)
  await desk.store.write(tx => renameGroup(tx, groupId, values.typed(view.state.values, 'name')))
  return {
    keepBelow: true,
    after: async () => void (await redrawView(desk, pageId, groupsPage(await desk.store.read(tagGroups)))),
  }
}
