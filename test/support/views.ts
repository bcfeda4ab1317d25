import { fromText } from '../../src/core/document.ts'
import type { MessageView, SenderView, TicketView } from '../../src/core/view.ts'

/** The sender of the Support team, but for what is wanted otherwise. */
export function aSender(changes: Partial<SenderView> = {}): SenderView {
  return {
    id: 's1',
    address: 'help@support.test',
    name: 'Support',
    smtpUrl: null,
    broken: null,
    dkim: null,
    ...changes,
  }
}

/** SUP-1 of the Support team to Jane Doe of Acme, as it is shown; but for what is wanted otherwise. */
export function aTicket(changes: Partial<TicketView> = {}): TicketView {
  return {
    id: '0190a000-0000-7000-8000-000000000002',
    identifier: 'SUP-1',
    subject: 'Your order',
    status: 'awaiting_customer',
    subStatus: null,
    priority: 'medium',
    replyMode: 'ask',
    createdAt: 0,
    publishedAt: 0,
    answeredAt: null,
    closedAt: null,
    closeReason: null,
    team: { id: 't1', name: 'Support', place: 'C0SUPPORT', signature: '', holdMs: 0 },
    customer: { id: 'c1', name: 'Jane Doe', address: 'jane@acme.test', company: 'Acme' },
    assignee: null,
    assignedBy: null,
    queuedAt: null,
    creator: null,
    sender: aSender(),
    opening: null,
    counts: { undecided: 0, held: 0, queued: 0, failed: 0, bounced: 0 },
    scheduled: [],
    suppressed: null,
    archivedAt: null,
    spamAt: null,
    continues: null,
    continuedBy: null,
    mergedInto: null,
    looksLike: null,
    splitFrom: null,
    snoozedUntil: null,
    snoozedFor: null,
    deletedBy: null,
    relations: { parent: null, children: [], childCounts: { open: 0, closed: 0 }, links: [] },
    pinned: [],
    chat: null,
    description: null,
    dueAt: null,
    tags: [],
    fields: [],
    clocks: [],
    ...changes,
  }
}

/** What Ann wrote, as it is shown; but for what is wanted otherwise. */
export function aMessage(text: string, changes: Partial<MessageView> = {}): MessageView {
  return {
    id: '0190a000-0000-7000-8000-000000000001',
    visibility: 'public',
    author: { kind: 'agent', id: 'a1', name: 'Ann', address: null, handle: 'U0ANN', signature: '' },
    body: fromText(text),
    text,
    full: null,
    matchedBy: null,
    automatic: null,
    kind: null,
    doubt: null,
    calls: null,
    copies: [],
    opening: false,
    createdAt: 0,
    editedAt: null,
    deletedAt: null,
    fromThreadId: null,
    fromKey: null,
    attachments: [],
    deliveries: [],
    ...changes,
  }
}
