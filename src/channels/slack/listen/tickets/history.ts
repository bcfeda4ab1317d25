import type { App, BlockAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { agents } from '../../../../core/agents.ts'
import { historyOf } from '../../../../core/events.ts'
import { ticketById, ticketByIdentifier } from '../../../../core/tickets/find.ts'
import type { EventRow } from '../../../../db/schema.ts'
import type { Store } from '../../../../db/store.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { sendFile } from '../../files.ts'
import { notice } from '../../views/blocks.ts'
import { ids } from '../../views/ids.ts'
import { EVENTS_ON_A_PAGE, type HistoryMeta, historyFileLine, historyPage } from '../../views/tickets/history-page.ts'
import { admit, openForm, redrawView } from '../show.ts'
import { onPress, type Pressed } from '../showing-problems.ts'
import * as values from '../values.ts'

/** All that happened to a ticket, page by page, or as a file. */
export function listenToHistory(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.history,
    onPress(desk, async ({ body, user, value }) => {
      await admit(desk, user, value)
      await openForm(desk, body, await pageOf(desk, { ticketId: value, pages: [null] }))
    }),
  )
  app.action<BlockAction>(
    new RegExp(`^${ids.historyTurn}:`),
    onPress(desk, pressed => turn(desk, pressed)),
  )
  app.action<BlockAction>(
    ids.historyFile,
    onPress(desk, pressed => give(desk, pressed)),
  )
}

/** `/outreach history SUP-41`. */
export async function openHistory(
  desk: Desk,
  from: { trigger_id: string },
  user: string,
  identifier: string,
): Promise<void> {
  if (!identifier) throw new Problem('invalid', 'Name the ticket, such as /outreach history SUP-41.')
  const { id } = await desk.store.read(q => ticketByIdentifier(q, identifier))
  await admit(desk, user, id)
  await openForm(desk, from, await pageOf(desk, { ticketId: id, pages: [null] }))
}

function pageOf(desk: Desk, meta: HistoryMeta): Promise<ModalView> {
  return desk.store.read(async q => {
    const events = await historyOf(q, meta.ticketId, EVENTS_ON_A_PAGE + 1, meta.pages.at(-1) ?? null)
    const names = new Map((await agents(q)).map(a => [a.id, a.name]))
    const more = events.length > EVENTS_ON_A_PAGE
    return historyPage(await ticketById(q, meta.ticketId), meta, events.slice(0, EVENTS_ON_A_PAGE), names, more)
  })
}

const MOST_PAGES = 50 // of which the view remembers where they begin

async function turn(desk: Desk, { body, value }: Pressed): Promise<void> {
  if (!body.view) return
  const meta = values.metaOf<HistoryMeta>(body.view)
  const pages = value === 'newer' ? meta.pages.slice(0, -1) : [...meta.pages, value].slice(-MOST_PAGES)
  await redrawView(desk, body.view.id, await pageOf(desk, { ...meta, pages: pages.length ? pages : [null] }))
}

async function give(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  await admit(desk, user, value)
  const viewId = await openForm(desk, body, notice('History', 'Writing it…'))
  const { identifier } = await desk.store.read(q => ticketById(q, value))
  const text = historyText(desk.store, value)
  await sendFile(desk, user, {
    name: `history-${identifier}.txt`,
    text,
    comment: `All that happened to ${identifier}, newest first.`,
  })
  await redrawView(desk, viewId, notice('History', 'It is in your direct messages with Overture.'))
}

const PAGE = 500

async function* historyText(store: Store, ticketId: string): AsyncIterable<string> {
  const names = new Map((await store.read(agents)).map(a => [a.id, a.name]))
  let before: string | null = null
  for (;;) {
    const from: string | null = before
    const events: EventRow[] = await store.read(q => historyOf(q, ticketId, PAGE, from))
    if (before === null && !events.length) yield 'Nothing has happened to it yet.\n'
    for (const event of events) yield historyFileLine(event, names)
    if (events.length < PAGE) return
    before = events.at(-1)?.id ?? null
  }
}
