import type { App, BlockAction, GlobalShortcut, ViewSubmitAction } from '@slack/bolt'
import { type Audience, fillAudience, fillFromCsv } from '../../../../core/chats/audience.ts'
import { discardChat } from '../../../../core/chats/change.ts'
import { changeDraft, checkChat, createChat } from '../../../../core/chats/draft.ts'
import { dryRun } from '../../../../core/chats/dry-run.ts'
import { endDraft } from '../../../../core/drafts.ts'
import type { ChatRow } from '../../../../db/schema.ts'
import { faultsIn, Problem, Problems } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { downloadFiles, readFile } from '../../files.ts'
import type { AudienceKind, NewChatMeta } from '../../views/chats/new-chat.ts'
import { ids } from '../../views/ids.ts'
import { workingView } from '../../views/tickets/new-ticket.ts'
import { said } from '../../views/tickets/prompts.ts'
import { redrawForm, redrawView, refuseOnlooker } from '../show.ts'
import { type Done, onPress, onShortcut, onSubmit } from '../showing-problems.ts'
import { keyOf, type Submission, storeSubmission } from '../submission.ts'
import { openWriting } from '../tickets/begun.ts'
import * as values from '../values.ts'
import { formFor } from './chat-form.ts'
import { showDryRun } from './dry-run.ts'
import { readNewChat, startIn } from './read-chat.ts'

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
  await refuseOnlooker(desk, from.user.id)
  await openWriting(desk, from, { kind: 'chat', ticketId: null, origin })
  desk.people.agent(from.user.id).catch(() => {}) // asked now, at hand at the submission
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
  if (form) await redrawForm(desk, view, form)
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
  const { draft, typing, attempt } = values.metaOf<NewChatMeta>(body.view)
  const chat = await desk.store.write(tx =>
    draft ? changeDraft(tx, draft.id, { ...form, files }) : createChat(tx, { ...form, files }),
  )
  if (chat.state !== 'draft') return chat // the first try came as far as here, and somebody has sent it since
  try {
    await fill(desk, chat, form.audience, values.filesIn(v, 'file')[0]?.id)
    await dryRun(desk.store, chat.id)
    if (typing) await desk.store.write(tx => endDraft(tx, typing, keyOf(body.view.id, attempt), form.createdBy.id))
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
