import { preparedMany, slotsOf } from '../../db/prepared.ts'
import type { MessageRow, NoteColor, TicketRow, Visibility } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import type { KeptFile } from '../attachments.ts'
import { type Document, plainText } from '../document.ts'
import type { Actor } from '../events.ts'
import type { Copy, MailWish, NewFile } from '../view.ts'

export interface NewMessage extends MailWish {
  ticketId: string
  ticket?: TicketRow // where it was read, or made, in this very transaction
  author: Actor & { address?: string | null }
  body: Document
  files?: NewFile[]
  keptFiles?: KeptFile[] // whose bytes are stored already
  visibility: Visibility
  isAgreed?: boolean // somebody who may send it agreed beforehand, as to a chat
  full?: Document | null
  from?: { channel: string; threadId: string; key: string } // where it came in; it is not sent back there
  inboundId?: string
  matchedBy?: string
  automatic?: string | null
  kind?: string | null
  doubt?: string | null
  copies?: Copy[] // who else it was written to
  calls?: string | null // the agent who is called to look at it
  isQuiet?: boolean // it is kept, and shown to nobody
  opening?: boolean
  color?: NoteColor | null // of a note
  isPinned?: boolean
  dedupKey?: string // the same key again is the same message
  holdMs?: number // before it goes to the customer; absent: as the team has it
}

/** Writes rows down; nobody is told of them yet. */
export const insertMessages = preparedMany((q, rows: MessageRow[]) =>
  q.insertInto('messages').values(rows.map(row => slotsOf(row, COLUMNS))),
)
const COLUMNS = [
  'id',
  'ticket_id',
  'author_kind',
  'author_id',
  'author_name',
  'author_address',
  'visibility',
  'body',
  'text',
  'full',
  'from_thread_id',
  'inbound_id',
  'matched_by',
  'automatic',
  'kind',
  'doubt',
  'copies',
  'calls_id',
  'opening',
  'dedup_key',
  'created_at',
  'edited_at',
  'deleted_at',
  'color',
  'pinned_at',
  'moved_from_id',
] as const

/** A new message as it is kept. */
export function rowOf(tx: Tx, id: string, m: NewMessage, visibility: Visibility): MessageRow {
  return {
    id,
    ticket_id: m.ticketId,
    author_kind: m.author.kind,
    author_id: m.author.id,
    author_name: m.author.name,
    author_address: m.author.address ?? null,
    visibility,
    body: JSON.stringify(m.body),
    text: plainText(m.body),
    full: m.full ? JSON.stringify(m.full) : null,
    from_thread_id: m.from?.threadId ?? null,
    inbound_id: m.inboundId ?? null,
    matched_by: m.matchedBy ?? null,
    automatic: m.automatic ?? null,
    kind: m.kind ?? null,
    doubt: m.doubt ?? null,
    copies: m.copies?.length ? JSON.stringify(m.copies) : null,
    calls_id: m.calls ?? null,
    opening: m.opening ? 1 : 0,
    dedup_key: m.dedupKey ?? null,
    created_at: tx.now,
    edited_at: null,
    deleted_at: null,
    color: m.color ?? null,
    pinned_at: m.isPinned ? tx.now : null,
    moved_from_id: null,
  }
}
