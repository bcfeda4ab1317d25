import type { App, BlockAction, SlackViewMiddlewareArgs, ViewClosedAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { discardDraft, draftById, shareDraft } from '../../../../core/drafts.ts'
import type { AgentRow, DraftRow } from '../../../../db/schema.ts'
import { Problem, Problems } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { cut, notice } from '../../views/blocks.ts'
import { ids } from '../../views/ids.ts'
import type { Writing } from '../../views/tickets/begun.ts'
import type { ComposerMeta, KeptFile } from '../../views/tickets/composer.ts'
import type { NewTicketMeta } from '../../views/tickets/new-ticket.ts'
import type { ComposedNoteMeta } from '../../views/tickets/note.ts'
import { copiesTicked, type ReplyMeta } from '../../views/tickets/reply.ts'
import { restoredChat } from '../chats/chat-form.ts'
import { showHome } from '../home.ts'
import { openForm, redrawForm } from '../show.ts'
import { onPress, type Pressed } from '../showing-problems.ts'
import { type Submission, storeSubmission } from '../submission.ts'
import * as values from '../values.ts'
import { freshWriting } from './begun.ts'
import { keepNote, noteComposer, startOfNote } from './note-form.ts'
import { startOfTicket } from './read-ticket.ts'
import { composer, startOfReply } from './reply-form.ts'
import { type Kept, KINDS, saveClosed, saveFrom } from './save-draft.ts'
import { sendReply } from './send-reply.ts'
import { sendNewTicket } from './send-ticket.ts'
import { newTicketAt } from './ticket-form.ts'

/** Saves what is typed, and when a form is closed; opens, sends, shares and discards what was saved. */
export function listenToDrafts(app: App, desk: Desk): void {
  for (const id of [ids.typeSubject, ids.typeMessage])
    app.action<BlockAction>(
      id,
      onPress(desk, ({ body }) => saveFrom(desk, body)),
    )
  for (const id of Object.keys(KINDS))
    app.view(
      { callback_id: id, type: 'view_closed' },
      async ({ ack, body }: SlackViewMiddlewareArgs<ViewClosedAction>) => {
        await ack()
        await saveClosed(desk, body).catch(err => desk.log.error({ err }, 'A draft could not be saved.'))
      },
    )
  const on = (id: string, work: (pressed: Pressed, draft: DraftRow, agent: AgentRow) => Promise<void>) =>
    app.action<BlockAction>(
      id,
      onPress(desk, async pressed => {
        const agent = await desk.people.agent(pressed.user)
        await work(pressed, await desk.store.read(q => draftById(q, pressed.value, agent.id)), agent)
      }),
    )
  on(ids.openDraft, async ({ body, user }, draft) => {
    await openForm(desk, body, await restored(desk, user, draft))
  })
  on(ids.continueDraft, async ({ body, user }, draft) => {
    if (body.view) await redrawForm(desk, body.view, await restored(desk, user, draft))
  })
  app.action<BlockAction>(
    ids.startAnew,
    onPress(desk, pressed => startAnew(desk, pressed)),
  )
  on(ids.sendDraft, (pressed, draft) => send(desk, pressed, draft))
  on(ids.discardDraft, async ({ user }, { id }, agent) => {
    await desk.store.write(tx => discardDraft(tx, id, agent))
    await showHome(desk, user, { tab: 'drafts' })
  })
  for (const [id, isShared] of [
    [ids.shareDraft, true],
    [ids.unshareDraft, false],
  ] as const)
    on(id, async ({ user }, draft, agent) => {
      await desk.store.write(tx => shareDraft(tx, draft.id, isShared, agent))
      await showHome(desk, user, { tab: 'drafts' })
    })
}

/** The form again, as it was left. */
async function restored(desk: Desk, user: string, draft: DraftRow): Promise<ModalView> {
  const { callback, meta: text, values: v } = JSON.parse(draft.form) as Kept
  const meta = JSON.parse(text)
  switch (KINDS[callback]) {
    case 'reply':
      return restoredReply(desk, user, meta, v)
    case 'note':
      return noteComposer(desk, user, meta as ComposedNoteMeta, startOfNote(v))
    case 'chat':
      return restoredChat(desk, user, { private_metadata: text, state: { values: v } })
    default: {
      const { teamId } = meta as NewTicketMeta
      const kept = { ...meta, teamId: values.chosen(v, 'team') ?? teamId, files: filesKept(meta, v) }
      return newTicketAt(desk, user, null, startOfTicket(v), kept)
    }
  }
}

function restoredReply(desk: Desk, user: string, meta: ReplyMeta, v: values.Values): Promise<ModalView> {
  const others = copiesTicked(values.ticked(v, 'copy_to'), meta) // who is in the conversation may be others by now
  const copies = [...others, values.typed(v, 'copies')].filter(Boolean).join(', ')
  const start = { ...startOfReply(v), copies }
  return composer(desk, user, meta.ticketId, { ...meta, files: filesKept(meta, v) }, start)
}

/** The form that it was asked for in is closed, or shows the choice: in its place there is the composer, empty. */
async function startAnew(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  if (!body.view) return
  const agent = await desk.people.agent(user)
  await desk.store.write(async tx => {
    const draft = await draftById(tx.q, value, agent.id).catch(isGone)
    if (draft?.agent_id === agent.id && draft.shared_at === null) await discardDraft(tx, draft.id, agent)
  })
  await redrawForm(desk, body.view, await freshWriting(desk, user, values.metaOf<Writing>(body.view)))
}

/** Sent or discarded elsewhere meanwhile, it is in nobody's way. */
function isGone(error: unknown): undefined {
  if (!(error instanceof Problem)) throw error
}

/** No form can be filled with files, so they go along beside it. */
function filesKept({ files = [] }: ComposerMeta, v: values.Values): KeptFile[] {
  return [...files, ...values.filesIn(v)].slice(0, 10).map(f => ({ ...f, name: cut(f.name, 40) }))
}

/** As if the form were open and submitted; what is wrong with it is said, and it stays. */
async function send(desk: Desk, { body, user }: Pressed, draft: DraftRow): Promise<void> {
  const { callback, meta, values: v } = JSON.parse(draft.form) as Kept
  const view = { id: `draft-${draft.id}`, callback_id: callback, private_metadata: meta, state: { values: v } }
  const submission: Submission = { type: 'view_submission', user: { id: user }, view }
  const kind = KINDS[callback]
  try {
    if (values.filesWith(view).length) await desk.store.write(tx => storeSubmission(tx, submission, desk.store.now()))
    else await (kind === 'note' ? keepNote : kind === 'reply' ? sendReply : sendNewTicket)(desk, submission)
  } catch (error) {
    if (!(error instanceof Problem || error instanceof Problems)) throw error
    await openForm(desk, body, notice('Draft', `It was not sent: ${error.message} Open it to mend that.`))
    return
  }
  await showHome(desk, user, { tab: 'drafts' })
}
