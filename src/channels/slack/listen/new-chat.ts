import type { App, BlockAction, GlobalShortcut, ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { agentById, usualSenderOf } from '../../../core/agents.ts'
import { type Audience, fillAudience, fillFromCsv } from '../../../core/chats/audience.ts'
import { type Exclusions, USUAL_EXCLUSIONS } from '../../../core/chats/blocks.ts'
import { discardChat } from '../../../core/chats/change.ts'
import { type ChatForm, changeDraft, checkChat, createChat } from '../../../core/chats/draft.ts'
import { dryRun } from '../../../core/chats/dry-run.ts'
import { chatById, fileNamesOf } from '../../../core/chats/find.ts'
import { segments } from '../../../core/chats/segments.ts'
import { customerById } from '../../../core/customers.ts'
import { sendersOf } from '../../../core/senders/find.ts'
import { usualAmong } from '../../../core/senders/usual.ts'
import { teams } from '../../../core/teams.ts'
import { chatFault } from '../../../core/unsubscriptions.ts'
import type { AgentRow, ChatRow, Priority } from '../../../db/schema.ts'
import type { Query } from '../../../db/store.ts'
import { Problem, Problems } from '../../../lib/problem.ts'
import type { Desk } from '../desk.ts'
import { downloadFiles, readFile } from '../files.ts'
import { mendVariable, mendVariables } from '../variables.ts'
import { initialText } from '../views/excerpt.ts'
import { ids } from '../views/ids.ts'
import {
  type AudienceKind,
  type ChatStart,
  type Kept,
  type NewChatMeta,
  newChatForm,
  pickedOptions,
} from '../views/new-chat.ts'
import { noTeam, workingView } from '../views/new-ticket.ts'
import { said } from '../views/prompts.ts'
import { showDryRun } from './dry-run.ts'
import { writtenIn } from './new-ticket.ts'
import { openForm, redrawView } from './show.ts'
import { type Done, onPress, onShortcut, onSubmit, type Pressed } from './showing-problems.ts'
import { keyOf, type Submission, storeSubmission } from './submission.ts'
import * as values from './values.ts'

/** The form for a chat; its submission becomes a draft and its dry run. */
export function listenToNewChat(app: App, desk: Desk): void {
  app.shortcut<GlobalShortcut>(
    { type: 'shortcut', callback_id: ids.shortcuts.newChat },
    onShortcut<GlobalShortcut>(desk, body => openNewChat(desk, body, null)),
  )
  app.action<BlockAction>(
    ids.shortcuts.newChat,
    onPress(desk, ({ body }) => openNewChat(desk, body, null)),
  )
  const redrawn = (id: string, change: (meta: NewChatMeta, chosen: string) => NewChatMeta) =>
    app.action<BlockAction>(
      id,
      onPress(desk, ({ body, value }) => redraw(desk, body, meta => change(meta, value))),
    )
  redrawn(ids.pickChatTeam, (meta, teamId) => ({ ...meta, teamId }))
  redrawn(ids.pickAudience, (meta, kind) => ({ ...meta, audience: kind as AudienceKind }))
  redrawn(ids.pickWhen, (meta, when) => ({ ...meta, isLater: when === 'later' }))
  app.action<BlockAction>(
    ids.changeDraft,
    onPress(desk, pressed => reopen(desk, pressed)),
  )
  app.view<ViewSubmitAction>(
    ids.forms.newChat,
    onSubmit(desk, body => submit(desk, body), { sender: 'team', file: 'audience' }),
  )
}

/** Opens the form with what the database has at hand: the trigger dies in three seconds. */
export async function openNewChat(
  desk: Desk,
  from: { trigger_id: string; user: { id: string }; view?: { type: string } | undefined },
  origin: string | null,
): Promise<void> {
  const meta: NewChatMeta = { teamId: '', origin, audience: 'segment', isLater: false, attempt: 0, kept: {} }
  const start: ChatStart = { agent: from.user.id, exclusions: USUAL_EXCLUSIONS }
  await openForm(desk, from, (await formFor(desk, from.user.id, meta, start)) ?? noTeam())
  desk.people.agent(from.user.id).catch(() => {}) // asked now, at hand at the submission
}

/** The form again, in place of the dry run, with what the draft holds. */
async function reopen(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  await desk.people.agent(user)
  const { meta, start } = await desk.store.read(q => formOfDraft(q, value, desk.store.now()))
  const form = await formFor(desk, user, meta, start)
  if (form && body.view) await redrawView(desk, body.view.id, form)
}

async function formOfDraft(q: Query, chatId: string, now: number): Promise<{ meta: NewChatMeta; start: ChatStart }> {
  const chat = await chatById(q, chatId)
  if (chat.state !== 'draft') throw new Problem('conflict', 'Only a draft can be changed.')
  const audience = JSON.parse(chat.audience) as Audience
  const dueAt = chat.due_at === null ? null : Math.floor(chat.due_at / 1000)
  const files = (await fileNamesOf(q, chatId)).join(', ').slice(0, 200)
  const list = audience.kind === 'file' ? audience.name.slice(0, 100) : null
  const meta: NewChatMeta = {
    teamId: chat.team_id,
    origin: null,
    audience: audience.kind,
    isLater: dueAt !== null,
    attempt: now, // the same view was submitted before
    kept: {},
    draft: { id: chat.id, number: chat.number, files, list },
  }
  const start: ChatStart = {
    ...(await chosenBefore(q, audience)),
    dueAt,
    agent: (await agentById(q, chat.agent_id)).handle,
    sender: chat.sender_id,
    subject: chat.subject,
    message: initialText(JSON.parse(chat.body)),
    kind: chat.kind,
    priority: chat.priority,
    exclusions: { ...USUAL_EXCLUSIONS, ...JSON.parse(chat.exclusions) },
  }
  return { meta, start }
}

async function chosenBefore(q: Query, audience: Audience): Promise<Kept> {
  if (audience.kind === 'segment') return { segment: audience.segmentId }
  if (audience.kind === 'typed') return { addresses: audience.text }
  if (audience.kind === 'file') return {}
  const people = []
  for (const id of audience.ids) people.push(await customerById(q, id))
  return { customers: pickedOptions(people) }
}

/** The form as it stands at `meta`; undefined while there is no team. */
export async function formFor(
  desk: Desk,
  user: string,
  meta: NewChatMeta,
  start: ChatStart,
  fault?: string,
): Promise<ModalView | undefined> {
  return desk.store.read(async q => {
    const all = await teams(q)
    const team = all.find(t => t.id === meta.teamId) ?? all.find(t => t.place === meta.origin) ?? all[0]
    if (!team) return undefined
    const senders = await sendersOf(q, team.id)
    const { sender, instead } = await usualAmong(q, senders, [await usualSenderOf(q, team.id, user), team.sender_id])
    const chosen = senders.find(s => s.id === start.sender)
    return newChatForm({
      team,
      teams: all,
      senders: senders.map(s => ({ ...s, broken: s.broken_reason })),
      usual: chosen ? { id: chosen.id, instead: null } : { id: sender?.id ?? null, instead },
      segments: await segments(q),
      files: desk.store.files,
      obstacle: chatFault(desk.store.files),
      meta: { ...meta, teamId: team.id },
      start,
      ...(fault !== undefined && { fault }),
    })
  })
}

/** Another choice shows other fields; what was typed stays. */
async function redraw(
  desk: Desk,
  { view, user }: BlockAction,
  change: (meta: NewChatMeta) => NewChatMeta,
): Promise<void> {
  if (!view) return
  const { meta, start } = startIn(view, user.id)
  const form = await formFor(desk, user.id, change(meta), start)
  if (form) await desk.ui.views.update({ view_id: view.id, hash: view.hash, view: form })
}

/** What a form holds, to begin it with again. */
export function startIn(
  view: Pick<Submission['view'], 'private_metadata' | 'state'>,
  user: string,
): { meta: NewChatMeta; start: ChatStart } {
  const meta = values.metaOf<NewChatMeta>(view)
  const v = view.state.values
  const kept: Kept = { ...meta.kept, ...givenIn(v, meta) }
  const kind = values.typed(v, 'kind')
  const priority = values.chosen(v, 'priority') as Priority | null
  const sender = values.chosen(v, 'sender')
  const start: ChatStart = {
    ...kept,
    agent: values.chosenUser(v, 'agent') ?? user,
    subject: values.typed(v, 'subject'),
    message: values.richText(v, 'message'),
    ...(sender && { sender }),
    ...(kind && { kind }),
    ...(priority && { priority }),
    exclusions: exclusionsIn(v),
  }
  return { meta: { ...meta, kept }, start }
}

/** What is given in those fields that another choice would hide. */
function givenIn(v: values.Values, meta: NewChatMeta): Kept {
  return {
    ...(meta.audience === 'segment' && { segment: values.chosen(v, 'segment') }),
    ...(meta.audience === 'customers' && { customers: values.chosenOptions(v, 'customers') }),
    ...(meta.audience === 'typed' && { addresses: values.typed(v, 'addresses') }),
    ...(meta.isLater && { dueAt: values.chosenMoment(v, 'when') }),
  }
}

function exclusionsIn(v: values.Values): Exclusions {
  const ticked = values.ticked(v, 'exclusions')
  const days = values.typed(v, 'written_to_days').trim()
  return {
    suppressed: ticked.includes('suppressed'),
    unsubscribed: ticked.includes('unsubscribed'),
    duplicate: ticked.includes('duplicate'),
    openTicket: ticked.includes('openTicket'),
    writtenToDays: days === '' ? null : Number(days),
  }
}

/** Every fault that can be seen at once is shown under its field; what takes longer is done from the stored submission. */
async function submit(desk: Desk, body: ViewSubmitAction): Promise<Done> {
  const v = body.view.state.values
  const { form, faults } = await readNewChat(desk, body)
  await desk.store.write(async tx => {
    const others = await faultsIn(() => checkChat(tx, form, values.filesIn(v)))
    if (faults.length || others.length) throw new Problems([...faults, ...others])
    await storeSubmission(tx, body, values.metaOf<NewChatMeta>(body.view).attempt)
  })
  return { show: workingView('New chat') }
}

async function faultsIn(work: () => Promise<unknown>): Promise<Problem[]> {
  try {
    await work()
    return []
  } catch (error) {
    if (error instanceof Problems) return error.problems
    if (error instanceof Problem) return [error]
    throw error
  }
}

/** Makes the draft of a stored submission and shows its dry run. Twice the same is one chat. */
export async function finishNewChat(desk: Desk, body: Submission): Promise<void> {
  try {
    const chat = await draftOf(desk, body)
    await showDryRun(desk, body.user.id, body.view.id, chat.id)
  } catch (error) {
    if (!(error instanceof Problem || error instanceof Problems)) throw error
    await giveBack(desk, body, error.message)
  }
}

async function draftOf(desk: Desk, body: Submission): Promise<ChatRow> {
  const v = body.view.state.values
  const { form, faults } = await readNewChat(desk, body)
  if (faults.length) throw new Problems(faults)
  const given = values.filesIn(v).map(f => f.id)
  const files = await downloadFiles(desk, given)
  const { draft } = values.metaOf<NewChatMeta>(body.view)
  const chat = await desk.store.write(tx =>
    draft ? changeDraft(tx, draft.id, { ...form, files }) : createChat(tx, { ...form, files }),
  )
  if (chat.state !== 'draft') return chat // the first try came as far as here, and somebody has sent it since
  try {
    await fill(desk, chat, form.audience, values.filesIn(v, 'file')[0]?.id)
    await dryRun(desk.store, chat.id)
    return chat
  } catch (error) {
    if (error instanceof Problem && !draft) await desk.store.write(tx => discardChat(tx, chat.id, form.createdBy))
    throw error
  }
}

async function fill(desk: Desk, chat: ChatRow, audience: Audience, fileId: string | undefined): Promise<void> {
  if (audience.kind !== 'file') return fillAudience(desk.store, chat.id)
  if (!fileId) return // a draft that was changed keeps its list
  await readFile(desk, fileId, 'file', csv => fillFromCsv(desk.store, chat.id, csv))
}

/** The form comes back with all that was typed and what is wrong with it; where it is closed, a direct message does. */
async function giveBack(desk: Desk, body: Submission, fault: string): Promise<void> {
  const { meta, start } = startIn(body.view, body.user.id)
  const next = { ...meta, attempt: meta.attempt + 1 }
  const v = body.view.state.values
  const hadFiles = values.filesIn(v).length + values.filesIn(v, 'file').length > 0
  const says = `${fault} Nothing was sent.${hadFiles ? ' Files have to be given again.' : ''}`
  const form = await formFor(desk, body.user.id, next, start, says)
  if (form && (await redrawView(desk, body.view.id, form))) return
  const { text, blocks } = said(`New chat: ${fault} Nothing was sent.`)
  const written = start.message ? [start.message] : []
  await desk.bulk.chat.postMessage({ channel: body.user.id, text, blocks: [...blocks, ...written] })
}

/** The submitted form as core takes it, without its files, and what is wrong with it before core has seen it. */
async function readNewChat(desk: Desk, { user, view }: Submission): Promise<{ form: ChatForm; faults: Problem[] }> {
  const v = view.state.values
  const meta = values.metaOf<NewChatMeta>(view)
  const createdBy = await desk.people.agent(user.id)
  const agent = await agentIn(desk, values.chosenUser(v, 'agent'), createdBy)
  const dueAt = meta.isLater ? values.chosenMoment(v, 'when') : null
  const form: ChatForm = {
    teamId: values.chosen(v, 'team') ?? meta.teamId,
    senderId: values.chosen(v, 'sender'),
    agentId: agent instanceof Problem ? createdBy.id : agent.id,
    subject: mendVariable(values.typed(v, 'subject')),
    body: mendVariables(await writtenIn(desk, values.richText(v, 'message'))),
    kind: values.typed(v, 'kind'),
    priority: (values.chosen(v, 'priority') ?? 'medium') as Priority,
    audience: audienceIn(v, meta),
    exclusions: exclusionsIn(v),
    files: [],
    dueAt: dueAt === null ? null : dueAt * 1000,
    createdBy,
    dedupKey: keyOf(view.id, meta.attempt),
  }
  return { form, faults: [...(agent instanceof Problem ? [agent] : []), ...nothingChosen(v, meta)] }
}

async function agentIn(desk: Desk, user: string | null, self: AgentRow): Promise<AgentRow | Problem> {
  if (!user) return self
  try {
    return await desk.people.agent(user)
  } catch (error) {
    if (error instanceof Problem) return new Problem(error.code, error.message, 'agent')
    throw error
  }
}

function audienceIn(v: values.Values, { audience: kind, draft }: NewChatMeta): Audience {
  switch (kind) {
    case 'segment':
      return { kind, segmentId: values.chosen(v, 'segment') ?? '' }
    case 'customers':
      return { kind, ids: values.chosenOptions(v, 'customers').map(o => String(o.value)) }
    case 'typed':
      return { kind, text: values.typed(v, 'addresses') }
    case 'file':
      return { kind, name: values.filesIn(v, 'file')[0]?.name ?? draft?.list ?? '' }
  }
}

/** A field that Slack lets somebody leave empty, since another kind of audience needs it not. */
function nothingChosen(v: values.Values, { audience, draft }: NewChatMeta): Problem[] {
  if (audience === 'segment' && !values.chosen(v, 'segment'))
    return [new Problem('invalid', 'Choose a segment.', v.segment ? 'segment' : 'audience')]
  if (audience === 'file' && !draft?.list && !values.filesIn(v, 'file').length)
    return [new Problem('invalid', 'Give a CSV file.', 'file')]
  return []
}
