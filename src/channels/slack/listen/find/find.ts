import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import type { PlainTextOption } from '@slack/types'
import { MOMENTS } from '../../../../core/find/dates.ts'
import { ME, NONE } from '../../../../core/find/facets.ts'
import type { Filter } from '../../../../core/find/filter.ts'
import { PAGE_SIZES } from '../../../../core/find/find.ts'
import { fieldWords, readFields, readFind } from '../../../../core/find/language.ts'
import { type Named, named, namesFor, type Subject } from '../../../../core/find/names.ts'
import type { Query } from '../../../../db/store.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { notice, option } from '../../views/blocks.ts'
import { type Chosen, type FindMeta, findForm } from '../../views/find/form.ts'
import type { FoundMeta } from '../../views/find/results.ts'
import { ids } from '../../views/ids.ts'
import { workingView } from '../../views/tickets/new-ticket.ts'
import { onSearch } from '../search.ts'
import { admit, openForm, redrawView } from '../show.ts'
import { type Done, onPress, onSubmit, sentenceFor } from '../showing-problems.ts'
import * as values from '../values.ts'
import { foundPage, openFound } from './results.ts'

const MOST_OFFERED = 99

/** The filters by name: how the form calls each, and where the filter keeps it. */
const NAMED: Record<Exclude<Subject, 'field'>, 'assignee' | 'by' | 'team' | 'tags' | 'tagGroups'> = {
  assignee: 'assignee',
  by: 'by',
  team: 'team',
  tag: 'tags',
  group: 'tagGroups',
}

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
  return findForm(meta, filter, chosen, await fieldWords(q, filter))
}

/** What can be chosen beside what there is. */
function always(subject: Subject): Named[] {
  if (subject === 'team') return []
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

function optionsOf(named: Named[]): PlainTextOption[] {
  return named.map(n => option(n.name, n.id))
}

/** Shows what is found in the form's place, or in the list below that it was opened from. */
async function submit(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { below, found } = values.metaOf<FindMeta>(view)
  const agent = await desk.people.agent(user.id)
  const filter = await filterIn(desk, view.state.values)
  const shown: FoundMeta = { filter, at: {}, size: found?.size ?? PAGE_SIZES[0] }
  const draw = async (viewId: string) => {
    const page = await foundPage(desk, agent, shown).catch(error => notice('Find', sentenceFor(desk, error)))
    await redrawView(desk, viewId, page)
  }
  if (below) return { keepBelow: true, after: () => draw(below) }
  return { show: workingView('Find'), after: () => draw(view.id) }
}

async function filterIn(desk: Desk, v: values.Values): Promise<Filter> {
  const text = values.typed(v, 'text').trim()
  const { text: words, ...typed } = text ? await inField('text', () => desk.store.read(q => readFind(q, text))) : {}
  const filter: Record<string, unknown> = { ...typed, ...(words && { text: words }) }
  const several = (name: string, key = name) => {
    const chosen = values.chosenOptions(v, name).map(o => String(o.value))
    if (chosen.length) filter[key] = chosen
  }
  for (const name of ['status', 'priority', 'channel', 'source']) several(name)
  for (const [subject, key] of Object.entries(NAMED)) several(subject, key)
  const fields = await inField('fields', () => desk.store.read(q => readFields(q, values.typed(v, 'fields'))))
  if (fields) filter.fields = fields
  const put = values.chosen(v, 'away')
  if (put) filter.away = put
  for (const moment of MOMENTS) {
    const span = spanIn(v, moment)
    if (span) filter[moment] = span
  }
  return filter as Filter
}

function spanIn(v: values.Values, moment: string): unknown {
  const [from, to] = [values.chosenDay(v, `${moment}_from`), values.chosenDay(v, `${moment}_to`)]
  if (from && to && from > to) throw new Problem('invalid', 'This day is before the first.', `${moment}_to`)
  if (from || to) return { ...(from && { from }), ...(to && { to }) }
  const chosen = values.chosen(v, moment)
  return chosen === null || chosen === NONE ? chosen : { last: chosen }
}

/** A fault in what was typed belongs under where it was typed. */
async function inField<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    throw error instanceof Problem ? new Problem(error.code, error.message, name) : error
  }
}
