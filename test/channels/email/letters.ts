import { fromText } from '../../../src/core/document.ts'
import type { AttachmentView, Letter, MessageView, SenderView, TicketView } from '../../../src/core/letter.ts'

/** The key that letters of these tests are signed with. */
export const KEY = Buffer.alloc(32, 7)

interface Wanted {
  id?: string
  to?: string
  text?: string
  references?: string[]
  copies?: string[]
  barred?: Letter['barred']
  handed?: string[]
  key?: string
  token?: string
  message?: Partial<MessageView>
  author?: Partial<MessageView['author']>
  ticket?: Partial<TicketView>
  customer?: Partial<TicketView['customer']>
  team?: Partial<TicketView['team']>
  sender?: Partial<SenderView> | null
}

/** What Ann of the Support team writes to Jane Doe of Acme about SUP-1, but for what is wanted otherwise. */
export function letter(wanted: Wanted = {}): Letter {
  const text = wanted.text ?? 'Hello Jane,\n\nthe parts are on their way.'
  return {
    id: wanted.id ?? '0199b000-0000-7000-8000-000000000001',
    channel: 'email',
    kind: 'message',
    version: 1,
    attempts: 1,
    key: wanted.key ?? '<0199b000.first@support.test>',
    externalId: null,
    createdAt: Date.UTC(2026, 2, 3, 9, 30),
    thread: {
      id: 't1',
      side: 'customer',
      place: wanted.to ?? 'jane@acme.test',
      root: null,
      token: wanted.token ?? 'abcdefghijklmnop',
    },
    ticket: ticket(wanted),
    message: { ...message(text, wanted.author), ...wanted.message },
    references: wanted.references ?? [],
    copies: wanted.copies ?? [],
    barred: wanted.barred ?? [],
    handed: wanted.handed ?? [],
    deferrals: 0,
    deferredAt: null,
    uncertainAt: null,
  }
}

function ticket(wanted: Wanted): TicketView {
  const sender: SenderView = {
    id: 's1',
    address: 'help@support.test',
    name: 'Support',
    smtpUrl: null,
    broken: null,
    dkim: null,
  }
  return {
    id: 'k1',
    identifier: 'SUP-1',
    subject: 'Your order',
    status: 'awaiting_customer',
    priority: 'medium',
    replyMode: 'ask',
    createdAt: 0,
    publishedAt: 0,
    answeredAt: null,
    closedAt: null,
    closeReason: null,
    team: { id: 'm1', name: 'Support', place: 'C1', signature: '', holdMs: 0, ...wanted.team },
    customer: { id: 'c1', name: 'Jane Doe', address: 'jane@acme.test', company: 'Acme', ...wanted.customer },
    assignee: null,
    creator: null,
    sender: wanted.sender === null ? null : { ...sender, ...wanted.sender },
    opening: null,
    counts: { undecided: 0, held: 0, queued: 0, failed: 0, bounced: 0 },
    suppressed: null,
    archivedAt: null,
    spamAt: null,
    continues: null,
    continuedBy: null,
    mergedInto: null,
    looksLike: null,
    chat: null,
    ...wanted.ticket,
  } as TicketView
}

function message(text: string, author: Partial<MessageView['author']> = {}): MessageView {
  return {
    id: '0199b000-0000-7000-8000-00000000000a',
    visibility: 'public',
    author: { kind: 'agent', id: 'a1', name: 'Ann', address: null, handle: 'U1', signature: '', ...author },
    body: fromText(text),
    text,
    full: null,
    matchedBy: null,
    automatic: null,
    kind: null,
    doubt: null,
    calls: null,
    copies: [],
    opening: true,
    createdAt: 0,
    editedAt: null,
    deletedAt: null,
    fromThreadId: null,
    fromKey: null,
    attachments: [],
    deliveries: [],
  }
}

export function attachment(name: string, type: string, content: string | Buffer, contentId?: string): AttachmentView {
  const bytes = Buffer.from(content)
  return {
    id: name,
    name,
    type,
    size: bytes.length,
    contentId: contentId ?? null,
    inline: contentId !== undefined,
    minor: false,
    known: false,
    link: null,
    read: async () => bytes,
  }
}
