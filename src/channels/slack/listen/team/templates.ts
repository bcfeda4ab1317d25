import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import { teams } from '../../../../core/teams.ts'
import { removeTemplate, saveTemplate, templateById, templatesFor } from '../../../../core/templates/templates.ts'
import type { Desk } from '../../desk.ts'
import { mendVariable, mendVariables } from '../../variables.ts'
import { ids } from '../../views/ids.ts'
import { MOST_TEMPLATES, OWN, type TemplateMeta, templateForm, templatesView } from '../../views/team/templates.ts'
import { admit, openForm, redrawView } from '../show.ts'
import { type Done, onPress, onSubmit, type Pressed } from '../showing-problems.ts'
import { once } from '../submission.ts'
import { writtenIn } from '../tickets/read-ticket.ts'
import * as values from '../values.ts'

/** The texts to begin with: their list, and the form for one. */
export function listenToTemplates(app: App, desk: Desk): void {
  const on = (id: string, work: (pressed: Pressed) => Promise<void>) => app.action<BlockAction>(id, onPress(desk, work))
  on(ids.addTemplate, ({ body }) => openTemplate(desk, body, null))
  on(ids.editTemplate, ({ body, value }) => openTemplate(desk, body, value))
  on(ids.removeTemplate, pressed => remove(desk, pressed))
  app.view<ViewSubmitAction>(
    ids.forms.template,
    onSubmit(desk, body => submit(desk, body)),
  )
}

interface From {
  trigger_id: string
  user: { id: string }
  view?: { id: string; type: string } | undefined
}

/** The list, or, for `add`, the form for a new one. */
export async function openTemplates(desk: Desk, from: From, typed: string): Promise<void> {
  await admit(desk, from.user.id)
  if (typed.trim().toLowerCase() === 'add') return openTemplate(desk, from, null)
  await openForm(desk, from, await list(desk, from.user.id))
}

async function list(desk: Desk, user: string) {
  return templatesView(await desk.store.read(q => templatesFor(q, user, { limit: MOST_TEMPLATES + 1 })))
}

async function openTemplate(desk: Desk, from: From, id: string | null): Promise<void> {
  const agent = await desk.people.agent(from.user.id)
  const form = await desk.store.read(async q =>
    templateForm(id ? await templateById(q, id, agent.id) : null, await teams(q), from.view?.id ?? null),
  )
  await openForm(desk, from, form)
}

async function submit(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { templateId, listId } = values.metaOf<TemplateMeta>(view)
  const agent = await desk.people.agent(user.id)
  const v = view.state.values
  const scope = values.chosen(v, 'scope') ?? OWN
  const form = {
    teamId: scope === OWN ? null : scope,
    name: values.typed(v, 'name'),
    subject: mendVariable(values.typed(v, 'subject')),
    body: mendVariables(await writtenIn(desk, values.richText(v, 'message'))),
  }
  await desk.store.write(tx => once(tx, view, () => saveTemplate(tx, templateId, form, agent)))
  if (!listId) return { show: await list(desk, user.id) }
  return { keepBelow: true, after: async () => void (await redrawView(desk, listId, await list(desk, user.id))) }
}

async function remove(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  const agent = await desk.people.agent(user)
  await desk.store.write(tx => removeTemplate(tx, value, agent))
  if (body.view) await redrawView(desk, body.view.id, await list(desk, user))
}
