import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import type { PlainTextOption } from '@slack/types'
import { fieldsToFind } from '../../../../core/find/by-field.ts'
import { ME, NONE } from '../../../../core/find/facets.ts'
import { peopleIn } from '../../../../core/find/field-language.ts'
import type { Filter } from '../../../../core/find/filter.ts'
import { PAGE_SIZES } from '../../../../core/find/find.ts'
import { readFind } from '../../../../core/find/language.ts'
import { type Named, named, namesFor, type Subject } from '../../../../core/find/names.ts'
import type { Query } from '../../../../db/store.ts'
import type { Desk } from '../../desk.ts'
import { notice, option } from '../../views/blocks.ts'
import { type FieldAsked, valueOffers, valueOption } from '../../views/find/fields.ts'
import { type Chosen, type FindMeta, findForm } from '../../views/find/form.ts'
import type { FoundMeta } from '../../views/find/results.ts'
import { ids } from '../../views/ids.ts'
import { workingView } from '../../views/tickets/new-ticket.ts'
import { onSearch } from '../search.ts'
import { admit, openForm, redrawForm, redrawView } from '../show.ts'
import { type Done, onPress, onSubmit, sentenceFor } from '../showing-problems.ts'
import * as values from '../values.ts'
import { filterIn, NAMED, startIn } from './read-find.ts'
import { foundPage, openFound } from './results.ts'

const MOST_OFFERED = 99

/** The form with all filters, and `/ticket find`. */
export function listenToFind(app: App, desk: Desk): void {
  const onForm = (id: string, meta: (body: BlockAction) => FindMeta) =>
    app.action<BlockAction>(
      id,
      onPress(desk, async ({ body, user }) => {
        await admit(desk, user)
        const { below, found } = meta(body)
        const form = await desk.store.read(q => formOf(q, { below, found }))
        await openForm(desk, body, form)
      }),
    )
  onForm(ids.find, () => ({ below: null, found: null }))
  onForm(ids.findChange, ({ view }) => ({
    below: view?.id ?? null,
    found: view ? values.metaOf<FoundMeta>(view) : null,
  }))
  for (const subject of Object.keys(NAMED) as Subject[])
    onSearch(app, desk, `${ids.findOffer}:${subject}`, async ({ typed }) => ({
      options: await offer(desk, subject, typed),
    }))
  onSearch(app, desk, ids.findField, async ({ typed }) => ({ options: await offer(desk, 'field', typed) }))
  onSearch(app, desk, new RegExp(`^${ids.findOffer}:field:`), async ({ typed, actionId }) => ({
    options: await offerValues(desk, actionId.split(':')[2] ?? '', typed),
  }))
  app.action<BlockAction>(
    ids.findField,
    onPress(desk, ({ body, value }) => addToForm(desk, body, value)),
  )
  app.view<ViewSubmitAction>(
    ids.forms.find,
    onSubmit(desk, body => submit(desk, body)),
  )
}

/** What somebody typed behind `/ticket find`; without anything the form opens. */
export async function findTyped(
  desk: Desk,
  from: { trigger_id: string; user: { id: string } },
  typed: string,
): Promise<void> {
  const agent = await desk.people.agent(from.user.id)
  if (!typed.trim()) {
    await openForm(desk, from, await desk.store.read(q => formOf(q, { below: null, found: null })))
    return
  }
  await openFound(desk, from, agent, await desk.store.read(q => readFind(q, unlinked(typed))))
}

/** Slack writes addresses and links that it recognises in a way of its own. */
function unlinked(typed: string): string {
  return typed.replace(/<(?:mailto:)?([^|>@#!]+@[^|>]+|https?:[^|>]+)(?:\|[^>]*)?>/g, '$1')
}

async function formOf(q: Query, meta: FindMeta) {
  const filter = meta.found?.filter ?? {}
  const chosen: Chosen = {}
  for (const [subject, key] of Object.entries(NAMED) as [keyof typeof NAMED, (typeof NAMED)['tag']][]) {
    if (!filter[key]) continue
    const known = [...always(subject), ...(await named(q, subject, filter[key]))]
    chosen[subject] = filter[key].flatMap(id => optionsOf(known.filter(n => n.id === id)))
  }
  return findForm(meta, filter, chosen, await askedIn(q, filter))
}

/** The custom fields that the filter speaks of. */
async function askedIn(q: Query, filter: Filter): Promise<FieldAsked[]> {
  const filters = filter.fields ?? []
  const known = await fieldsToFind(
    q,
    filters.map(f => f.id),
  )
  const names = await peopleIn(q, filters)
  return filters.flatMap(({ id, is = [], ...given }) =>
    known.filter(k => k.key === id).map(field => ({ field, is: is.map(v => valueOption(field, v, names)), given })),
  )
}

/** The form again with one field more; what was chosen and typed stays. */
async function addToForm(desk: Desk, { view }: BlockAction, key: string): Promise<void> {
  if (!view) return
  const meta = values.metaOf<FindMeta>(view)
  const form = await desk.store.read(async q => {
    const { filter, chosen, fields } = await startIn(q, view)
    const isThere = fields.some(f => f.field.key === key)
    const more = isThere ? [] : await fieldsToFind(q, [key])
    const asked = [...fields, ...more.map(field => ({ field, is: [], given: {} }))]
    return findForm({ ...meta, rev: (meta.rev ?? 0) + 1 }, filter, chosen, asked)
  })
  await redrawForm(desk, view, form)
}

/** What can be chosen beside what there is. */
function always(subject: Subject): Named[] {
  if (subject === 'team' || subject === 'field') return []
  const none = { id: NONE, name: 'None', also: [] }
  return subject === 'assignee' || subject === 'by' ? [{ id: ME, name: 'Me', also: [] }, none] : [none]
}

async function offer(desk: Desk, subject: Subject, typed: string): Promise<PlainTextOption[]> {
  const wanted = typed.trim().toLowerCase()
  const isWanted = (n: Named) => [n.name, ...n.also].some(name => name.toLowerCase().includes(wanted))
  const known = await desk.store.read(q => namesFor(q, subject, typed))
  const found = [...always(subject).filter(isWanted), ...(subject === 'tag' ? known : known.filter(isWanted))]
  return optionsOf(found.slice(0, MOST_OFFERED))
}

/** The values of a field that can be looked for. */
async function offerValues(desk: Desk, key: string, typed: string): Promise<PlainTextOption[]> {
  const [field] = await desk.store.read(q => fieldsToFind(q, [key]))
  if (!field) return []
  return field.kind === 'user' ? offer(desk, 'assignee', typed) : valueOffers(field, typed)
}

function optionsOf(named: Named[]): PlainTextOption[] {
  return named.map(n => option(n.name, n.id))
}

/** Shows what is found in the form's place, or in the list below that it was opened from. */
async function submit(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { below, found } = values.metaOf<FindMeta>(view)
  const agent = await desk.people.agent(user.id)
  const filter = await desk.store.read(q => filterIn(q, view))
  const shown: FoundMeta = { filter, at: {}, size: found?.size ?? PAGE_SIZES[0] }
  const draw = async (viewId: string) => {
    const page = await foundPage(desk, agent, shown).catch(error => notice('Find', sentenceFor(desk, error)))
    await redrawView(desk, viewId, page)
  }
  if (below) return { keepBelow: true, after: () => draw(below) }
  return { show: workingView('Find'), after: () => draw(view.id) }
}
