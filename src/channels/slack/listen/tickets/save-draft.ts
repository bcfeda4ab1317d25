import type { BlockAction, ViewClosedAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { plainText } from '../../../../core/document.ts'
import { type DraftKind, saveDraft } from '../../../../core/drafts.ts'
import { ticketById } from '../../../../core/tickets/find.ts'
import { takeTurns } from '../../../../lib/turns.ts'
import type { Desk } from '../../desk.ts'
import { fromRichText } from '../../rich-text.ts'
import type { NewChatMeta } from '../../views/chats/new-chat.ts'
import { ids } from '../../views/ids.ts'
import type { ComposerMeta } from '../../views/tickets/composer.ts'
import type { NewTicketMeta } from '../../views/tickets/new-ticket.ts'
import type { TicketMeta } from '../../views/tickets/ticket-meta.ts'
import * as values from '../values.ts'

/** A form as it is kept: Slack's own words for what it holds. */
export interface Kept {
  callback: string
  meta: string
  values: values.Values
}

/** The forms that are saved as they are written in. */
export const KINDS: Record<string, DraftKind> = {
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
export async function saveClosed(desk: Desk, { view, user }: ViewClosedAction): Promise<void> {
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
