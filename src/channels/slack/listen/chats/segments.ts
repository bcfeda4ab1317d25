import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import { searchAccounts } from '../../../../core/accounts.ts'
import { USUAL_EXCLUSIONS } from '../../../../core/chats/blocks.ts'
import { countSegment, type Filter, saveSegment } from '../../../../core/chats/segments.ts'
import { searchCustomers } from '../../../../core/customers.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { option } from '../../views/blocks.ts'
import { pickedOptions, type SegmentMeta, segmentForm } from '../../views/chats/new-chat.ts'
import { ids } from '../../views/ids.ts'
import { onSearch } from '../search.ts'
import { admit, admitChanging, openForm, redrawView } from '../show.ts'
import { type Done, onPress, onSubmit, type Pressed, sentenceFor } from '../showing-problems.ts'
import * as values from '../values.ts'
import { formFor } from './chat-form.ts'
import { startIn } from './read-chat.ts'

const MOST_ACCOUNTS = 50

/** Choices of customers that are kept under a name, and the searches that pick them one by one. */
export function listenToSegments(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.newSegment,
    onPress(desk, pressed => open(desk, pressed)),
  )
  app.action<BlockAction>(
    ids.countSegment,
    onPress(desk, pressed => count(desk, pressed)),
  )
  app.view<ViewSubmitAction>(
    ids.forms.segment,
    onSubmit(desk, body => save(desk, body)),
  )
  for (const id of [ids.findCustomers, ids.findPerson])
    onSearch(app, desk, id, async ({ typed }) => ({
      options: pickedOptions(await desk.store.read(q => searchCustomers(q, typed))),
    }))
  onSearch(app, desk, ids.findAccounts, async ({ typed }) => {
    const accounts = await desk.store.read(q => searchAccounts(q, typed, MOST_ACCOUNTS))
    return { options: accounts.map(a => option(a.name, a.id)) }
  })
}

async function open(desk: Desk, { body, user }: Pressed): Promise<void> {
  if (!body.view) return
  await admitChanging(desk, user)
  const { meta } = startIn(body.view, user)
  await openForm(desk, body, segmentForm({ viewId: body.view.id, form: meta }))
}

async function count(desk: Desk, { body, user }: Pressed): Promise<void> {
  if (!body.view) return
  await admit(desk, user)
  const { id, state } = body.view
  const found = await desk.store
    .read(async q => countSegment(q, filterIn(state.values)))
    .catch(error => sentenceFor(desk, error))
  await redrawView(desk, id, segmentForm(values.metaOf<SegmentMeta>(body.view), found))
}

/** Keeps the segment, and has the form below choose it. */
async function save(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { viewId, form } = values.metaOf<SegmentMeta>(view)
  const agent = await desk.people.agent(user.id)
  const v = view.state.values
  const id = await desk.store.write(tx =>
    saveSegment(tx, { name: values.typed(v, 'name'), filter: filterIn(v), agent }),
  )
  const after = async () => {
    // Slack keeps what was typed below, so that this is only what the form begins with
    const start = { ...form.kept, agent: user.id, exclusions: USUAL_EXCLUSIONS, savedSegment: id }
    const drawn = await formFor(desk, user.id, form, start)
    if (drawn) await redrawView(desk, viewId, drawn)
  }
  return { keepBelow: true, after }
}

function filterIn(v: values.Values): Filter {
  return {
    words: values.typed(v, 'words').trim(),
    accounts: values.chosenOptions(v, 'accounts').map(o => String(o.value)),
    tags: values
      .typed(v, 'tags')
      .split(',')
      .map(t => t.trim().toLowerCase())
      .filter(Boolean),
    fields: fieldsIn(values.typed(v, 'fields')),
  }
}

/** One a line: the name, a colon, the value. */
function fieldsIn(text: string): { name: string; is: string }[] {
  const lines = text.split('\n').filter(line => line.trim())
  return lines.map(line => {
    const [, name, is] = /^([^:]+):(.+)$/.exec(line) ?? []
    if (!name || !is)
      throw new Problem(
        'invalid',
        `“${line.trim().slice(0, 60)}” is not understood. Write a field as name: value, such as plan: pro.`,
        'fields',
      )
    return { name: name.trim(), is: is.trim() }
  })
}
