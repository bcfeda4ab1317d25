import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import { actorOf } from '../../../../core/agents.ts'
import { type BadRow, importPeople, tryImport } from '../../../../core/people/import.ts'
import { csvOf } from '../../../../lib/csv.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { readFile, sendFile } from '../../files.ts'
import { ids } from '../../views/ids.ts'
import { importedView, importForm, importingView, triedView } from '../../views/people/import.ts'
import { admitLead, openForm, redrawView } from '../show.ts'
import { type Done, onPress, onSubmit, type Pressed, sentenceFor } from '../showing-problems.ts'
import * as values from '../values.ts'

const MOST_KEPT = 1_000 // rows left out that are named; more are counted

/** Lists of customers: tried first, then taken in. */
export function listenToImport(app: App, desk: Desk): void {
  const on = (id: string, work: (pressed: Pressed) => Promise<void>) => app.action<BlockAction>(id, onPress(desk, work))
  on(ids.openImport, async ({ body, user }) => openImport(desk, { ...body, user }))
  on(ids.importNow, pressed => takeIn(desk, pressed))
  on(ids.badRowsCsv, pressed => giveBadRows(desk, pressed))
  app.view<ViewSubmitAction>(
    ids.forms.importPeople,
    onSubmit(desk, body => look(desk, body)),
  )
}

/** Opens the form for a list, for a lead. */
export async function openImport(
  desk: Desk,
  from: { trigger_id: string; user: string; view?: { type: string } | undefined },
): Promise<void> {
  await admitLead(desk, from.user)
  await openForm(desk, from, importForm())
}

/** The list is read after the answer, since it may be long. */
async function look(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const [file] = values.filesIn(view.state.values, 'file')
  if (!file) throw new Problem('invalid', 'Choose a file.', 'file')
  await admitLead(desk, user.id)
  return {
    show: importingView('Looking at each row…'),
    after: async () => {
      await inView(desk, view.id, async () => {
        const { found, bad } = await tryFile(desk, file.id)
        return triedView(found, bad, file.id)
      })
    },
  }
}

async function tryFile(desk: Desk, fileId: string) {
  const bad: BadRow[] = []
  const keep = (row: BadRow) => {
    if (bad.length < MOST_KEPT) bad.push(row)
  }
  const found = await readFile(desk, fileId, 'file', csv => tryImport(desk.store, csv, keep))
  return { found, bad }
}

/** Whatever goes wrong is said where the numbers would stand. */
async function inView(
  desk: Desk,
  viewId: string,
  work: () => Promise<ReturnType<typeof importingView>>,
): Promise<void> {
  const view = await work().catch(error => importingView(`⚠️ ${sentenceFor(desk, error)}`))
  await redrawView(desk, viewId, view)
}

async function takeIn(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  const actor = actorOf(await admitLead(desk, user))
  const viewId = body.view?.id
  if (!viewId) return
  await redrawView(desk, viewId, importingView('Taking them in…'))
  await inView(desk, viewId, async () =>
    importedView(await readFile(desk, value, 'file', csv => importPeople(desk.store, csv, actor))),
  )
}

async function giveBadRows(desk: Desk, { user, value }: Pressed): Promise<void> {
  await admitLead(desk, user)
  const { bad } = await tryFile(desk, value)
  const comment = 'The rows of your list that are left out'
  await sendFile(desk, user, { name: 'left-out.csv', text: leftOut(bad), comment })
}

async function* leftOut(rows: BadRow[]): AsyncIterable<string> {
  yield csvOf([['line', 'address', 'reason'], ...rows.map(r => [r.line, r.address, r.reason])])
}
