import type { App, BlockAction, SlackViewMiddlewareArgs, ViewClosedAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { plainText } from '../../../../core/document.ts'
import { type DraftKind, discardDraft, draftById, saveDraft, shareDraft } from '../../../../core/drafts.ts'
import { ticketById } from '../../../../core/tickets/find.ts'
import type { AgentRow, DraftRow } from '../../../../db/schema.ts'
import { Problem, Problems } from '../../../../lib/problem.ts'
import { takeTurns } from '../../../../lib/turns.ts'
import type { Desk } from '../../desk.ts'
import { fromRichText } from '../../rich-text.ts'
import { cut, notice } from '../../views/blocks.ts'
import type { NewChatMeta } from '../../views/chats/new-chat.ts'
import { ids } from '../../views/ids.ts'
import type { Writing } from '../../views/tickets/begun.ts'
import type { ComposerMeta, KeptFile } from '../../views/tickets/composer.ts'
import type { NewTicketMeta } from '../../views/tickets/new-ticket.ts'
import type { ComposedNoteMeta } from '../../views/tickets/note.ts'
import { copiesTicked, type ReplyMeta } from '../../views/tickets/reply.ts'
import type { TicketMeta } from '../../views/tickets/ticket-meta.ts'
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
import { sendReply } from './send-reply.ts'
import { sendNewTicket } from './send-ticket.ts'
import { newTicketAt } from './ticket-form.ts'

/** A form as it is kept: Slack's own words for what it holds. */
interface Kept {
  callback: string
  meta: string
  values: values.Values
}

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

/** The forms that are saved as they are written in. */
const KINDS: Record<string, DraftKind> = {
  [ids.forms.newTicket]: 'ticket',
  [ids.forms.reply]: 'reply',
  [ids.forms.note]: 'note',
  [ids.forms.newChat]: 'chat',
}

interface FormView {
  callback_id: string
  private_metadata: string
  state: { values: values.Values }
}

const inTurn = takeTurns()

/** Saves the form that something was typed or chosen in, as it was, or as we have drawn it anew since. */
export async function saveFrom(desk: Desk, { view, user, actions }: BlockAction, drawn?: ModalView): Promise<void> {
  const [action] = actions
  const stamp = Math.round(Number(action?.action_ts) * 1_000_000)
  if (view) await save(desk, user.id, drawn ? withDrawn(view, drawn) : view, stamp)
}

/** What was typed, with what we have put in its place. */
function withDrawn(view: FormView, drawn: ModalView): FormView {
  const typed = Object.entries(view.state.values).filter(([name]) => !OURS.includes(nameOf(name)))
  const put = inputsOf(drawn)
    .filter(block => OURS.includes(nameOf(block.block_id)))
    .map(({ block_id, element }) => {
      const { initial_value: value } = element
      const held = nameOf(block_id) === 'message' ? { rich_text_value: value } : { value }
      return [block_id ?? '', { [element.action_id ?? '']: { type: element.type, ...held } }]
    })
  const state = { values: Object.fromEntries([...typed, ...put]) as values.Values }
  return { callback_id: view.callback_id, private_metadata: drawn.private_metadata ?? '', state }
}

const OURS = ['subject', 'message']

interface Input {
  block_id?: string
  element: { type: string; action_id?: string; initial_value?: unknown }
}

function inputsOf({ blocks }: { blocks: unknown[] }): Input[] {
  return (blocks as (Input & { type: string })[]).filter(b => b.type === 'input')
}

function nameOf(blockId = ''): string {
  return blockId.split(':')[0] as string
}

/** Only what was typed since the form was opened or drawn is news, and where Slack does not say what it held, none is. */
async function saveClosed(desk: Desk, { view, user }: ViewClosedAction): Promise<void> {
  const v = view.state?.values ?? {}
  const isTyped = inputsOf(view).some(({ block_id, element }) => {
    if (!v[block_id ?? '']) return false
    const name = nameOf(block_id)
    if (name === 'message') return textOf(values.richText(v, name)) !== textOf(element.initial_value)
    return TYPED.includes(name) && values.typed(v, name) !== (element.initial_value ?? '')
  })
  if (isTyped) await save(desk, user.id, view as unknown as FormView, null)
}

const TYPED = ['subject', 'copies', 'blind', 'customer_typed', 'addresses', 'kind']

/** What these forms remember of it. */
type SavedMeta = Partial<Omit<ComposerMeta & TicketMeta & NewTicketMeta, 'draft'>> & {
  draft?: string | NewChatMeta['draft']
  typing?: string
}

async function save(desk: Desk, user: string, view: FormView, stamp: number | null): Promise<void> {
  const kind = KINDS[view.callback_id]
  const meta = values.metaOf<SavedMeta>(view)
  const id = kind === 'chat' ? meta.typing : meta.draft
  if (!kind || typeof id !== 'string') return
  const v = view.state.values
  const kept: Kept = { callback: view.callback_id, meta: view.private_metadata, values: v }
  const text = textOf(values.richText(v, 'message'))
  const state = { id, form: JSON.stringify(kept), stamp }
  const { id: agentId } = await desk.people.agent(user)
  await inTurn(id, () =>
    desk.store.write(async tx => {
      const ticket = meta.ticketId ? await ticketById(tx.q, meta.ticketId) : null
      const subject = values.typed(v, 'subject')
      const title = ticket ? `${ticket.identifier} · ${ticket.subject}` : subject
      const teamId = ticket?.team_id ?? values.chosen(v, 'team') ?? meta.teamId ?? null
      const isBlank = !text.trim() && (ticket !== null || !subject.trim())
      await saveDraft(tx, {
        ...state,
        agentId,
        teamId,
        ticketId: ticket?.id ?? null,
        about: { kind, title, text },
        isBlank,
      })
    }),
  )
}

/** The words of a rich text, without asking who it mentions. */
function textOf(text: unknown): string {
  if (!text) return ''
  const nobody = { user: () => 'somebody', usergroup: () => 'a group', channel: () => undefined }
  return plainText(fromRichText([text as Parameters<typeof fromRichText>[0][number]], nobody))
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
