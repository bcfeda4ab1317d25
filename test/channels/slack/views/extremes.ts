import { type Document, fromText } from '../../../../src/core/document.ts'
import { hoursOf } from '../../../../src/core/hours/settings.ts'
import type { MessageView, TicketView } from '../../../../src/core/view.ts'
import { faultsInView } from '../../../../src/sandbox/slack/blocks/views.ts'
import { aMessage, aTicket } from '../../../support/views.ts'
import { faultsIn, hostile, long, now, pingsIn } from './what-slack-refuses.ts'

export const emoji = '🧑‍🚀'.repeat(51)

/** What Ann wrote, but for what is wanted otherwise. */
export function message(changes: Partial<MessageView> = {}): MessageView {
  return aMessage('Hello Jane,\n\nyour order is ready.', { createdAt: now, ...changes })
}

/** How far the mail of a message is. */
export function mail(
  state: MessageView['deliveries'][number]['state'],
  reason: string | null = null,
): MessageView['deliveries'] {
  return [
    {
      id: 'd1',
      channel: 'email',
      side: 'customer',
      state,
      dueAt: now + 10_000,
      sentAt: state === 'sent' ? now : null,
      reason,
      lateAt: null,
      uncertainAt: null,
      copies: [],
      blind: [],
      scheduled: null,
    },
  ]
}

/** A ticket whose first mail is held. */
export function ticket(changes: Partial<TicketView> = {}): TicketView {
  return aTicket({
    createdAt: now,
    publishedAt: now,
    team: { id: 't1', name: 'Support', place: 'C0SUPPORT', signature: 'The Support team', holdMs: 10_000 },
    creator: { id: 'a1', handle: 'U0ANN', name: 'Ann' },
    opening: message({ opening: true, deliveries: mail('held') }),
    counts: { undecided: 0, held: 1, queued: 0, failed: 0, bounced: 0 },
    ...changes,
  })
}

export const longAddress = `${'e'.repeat(64)}@${'acme.'.repeat(40)}test`

export const file = {
  id: 'f1',
  name: `${long}.pdf`,
  type: 'application/pdf',
  size: 1_234_567,
  contentId: null,
  inline: false,
  minor: false,
  known: false,
  link: null,
  read: async () => Buffer.alloc(0),
}

export const files = [file]

export const others = Array.from({ length: 60 }, (_, i) => ({
  address: i < 30 ? `p${i}@acme.test` : `${i}${longAddress}`,
  name: i % 2 ? hostile : '',
  isStranger: i % 5 === 4,
}))

export const novel: Document = Array.from({ length: 200 }, (_, i) => ({
  type: 'paragraph' as const,
  content: [{ type: 'text' as const, text: `${i} ${'word '.repeat(100)}` }],
}))

/** Every kind of ticket that there is, as full and as hostile as it can be. */
export const tickets: Record<string, TicketView> = {
  'an ordinary one': ticket(),
  'one with a name of 300 characters': ticket({
    customer: { id: 'c1', name: long, address: `${'a'.repeat(60)}@${'b.'.repeat(120)}test`, company: long },
  }),
  'one with a subject of 255 emoji': ticket({ subject: emoji }),
  'one that tries to ping': ticket({
    subject: hostile,
    customer: { id: 'c1', name: hostile, address: 'jane@acme.test', company: hostile },
    creator: { id: 'a1', handle: 'U0ANN', name: hostile },
    opening: message({
      opening: true,
      body: fromText(hostile),
      deliveries: mail('failed', hostile),
      attachments: files,
    }),
  }),
  'one whose words are all blanks': ticket({
    subject: ' ',
    customer: { id: 'c1', name: ' ', address: '', company: ' ' },
    opening: message({ body: [] }),
  }),
  'one with a very long message': ticket({
    opening: message({ opening: true, body: novel, deliveries: mail('sent'), attachments: Array(10).fill(files[0]) }),
  }),
  'an internal one': ticket({
    publishedAt: null,
    status: 'internal',
    opening: message({ visibility: 'note', opening: true }),
  }),
  'a closed one': ticket({
    status: 'closed',
    closedAt: now,
    closeReason: hostile,
    assignee: { id: 'a2', handle: 'U0BEN', name: 'Ben' },
  }),
  'one that waits for somebody': ticket({ status: 'open', queuedAt: now }),
  'one with an assignee by a rule': ticket({
    assignee: { id: 'a2', handle: 'U0BEN', name: 'Ben' },
    assignedBy: `The rule "${hostile}" gives it to ${long}.`,
  }),
  'one that a customer began': ticket({
    creator: null,
    opening: message({
      author: { kind: 'customer', id: 'c1', name: 'Jane', address: 'jane@acme.test', handle: null, signature: '' },
    }),
  }),
  'one with troubles': ticket({
    counts: { undecided: 3, held: 0, queued: 0, failed: 2, bounced: 1 },
    sender: {
      id: 's1',
      address: 'support@overture.test',
      name: '',
      smtpUrl: null,
      broken: hostile,
      dkim: null,
    },
    opening: message({ opening: true, deliveries: mail('bounced', long.repeat(10)) }),
  }),
  'one that is suppressed, doubtful, spam and related to others': ticket({
    suppressed: hostile.repeat(30),
    archivedAt: now,
    spamAt: now,
    continues: { id: 'k2', identifier: 'SUP-2' },
    continuedBy: { id: 'k3', identifier: 'SUP-3' },
    mergedInto: { id: 'k4', identifier: 'SUP-4' },
    looksLike: { id: 'k5', identifier: 'SUP-5' },
    opening: message({
      opening: true,
      doubt: long.repeat(10),
      author: { kind: 'customer', id: 'c1', name: hostile, address: long, handle: null, signature: '' },
    }),
  }),
  'one without sender or opening': ticket({ sender: null, opening: null }),
}

/** The same for messages. */
export const messages: Record<string, MessageView> = {
  'a held answer': message({ deliveries: mail('held') }),
  'a sent answer that was edited': message({ deliveries: mail('sent'), editedAt: now }),
  'a failed answer': message({ deliveries: mail('failed', hostile) }),
  'a note': message({ visibility: 'note' }),
  'an empty message': message({ body: [] }),
  'a very long mail': message({
    author: { kind: 'customer', id: 'c1', name: long, address: 'jane@acme.test', handle: null, signature: '' },
    body: novel,
    full: novel,
    matchedBy: 'Matched by the mail that it answers.',
  }),
  'a hostile mail': message({
    author: { kind: 'customer', id: 'c1', name: hostile, address: 'jane@acme.test', handle: null, signature: '' },
    body: fromText(hostile),
    text: hostile,
  }),
  "a stranger's mail": message({
    author: {
      kind: 'stranger',
      id: null,
      name: 'Eve',
      address: `${'e'.repeat(64)}@eve.test`,
      handle: null,
      signature: '',
    },
  }),
  'a mail to many, with files that are folded': message({
    author: { kind: 'customer', id: 'c1', name: 'Jane', address: 'jane@acme.test', handle: null, signature: '' },
    copies: Array.from({ length: 100 }, (_, i) => ({ address: `p${i}@acme.test`, name: hostile })),
    attachments: Array.from({ length: 100 }, (_, i) => ({ ...file, known: i % 2 === 0, minor: i % 3 === 0 })),
  }),
  'an answer with copies and links': message({
    deliveries: mail('sent').map(d => ({ ...d, copies: Array(20).fill(longAddress) })),
    attachments: Array(10).fill({ ...file, link: { url: 'https://tulip.test/files/x', until: now } }),
  }),
  'an automatic mail': message({
    author: { kind: 'customer', id: 'c1', name: 'Jane', address: 'jane@acme.test', handle: null, signature: '' },
    automatic: 'Auto-Submitted',
    text: long,
  }),
  ...Object.fromEntries(
    ['ooo', 'auto', 'bounce', 'delayed', 'complaint', 'calendar', 'receipt', 'one of a later day'].map(kind => [
      `a mail of kind ${kind}`,
      message({
        author: { kind: 'stranger', id: null, name: hostile, address: hostile, handle: null, signature: '' },
        automatic: hostile,
        kind,
        text: hostile.repeat(9),
      }),
    ]),
  ),
  'a doubtful mail of the customer': message({
    author: { kind: 'stranger', id: 'c1', name: hostile, address: long, handle: null, signature: '' },
    doubt: hostile.repeat(20),
  }),
  'a doubtful mail of a colleague': message({
    author: { kind: 'stranger', id: null, name: emoji, address: 'ann@overture.test', handle: null, signature: '' },
    doubt: 'It says to be from Ann, one of us, and nothing proves that.',
  }),
  "an agent's own mail that nobody decided about": message({ visibility: 'undecided' }),
  'a mail that is sent, and late': message({ deliveries: mail('sent', hostile.repeat(20)) }),
  'a word of our own': message({
    calls: 'U0ANN',
    author: { kind: 'system', id: null, name: 'Overture', address: null, handle: null, signature: '' },
    visibility: 'note',
  }),
  'a deleted message': message({ deletedAt: now }),
  'a mail of many rules': message({
    body: Array.from({ length: 90 }, () => [{ type: 'rule' as const }, ...fromText('x')]).flat(),
  }),
}

/** What mails may hold. */
export const rules = { mailBytes: 20 * 1024 * 1024, publicUrl: 'https://tulip.test' }

/** What forms in which somebody writes have in common. */
export const writing = {
  templates: Array.from({ length: 150 }, (_, i) => ({
    id: `t${i}`,
    name: i ? `T${i}` : long,
    team: i % 2 ? hostile : null,
  })),
  clock: { zone: 'America/Argentina/ComodRivadavia', isTheirs: true, hours: hoursOf({ hours: null }) },
  now,
}

/** What such a form remembers at first. */
export const fresh = { draft: '0190a000-0000-7000-8000-00000000000d', rev: 0, when: 'now' as const }

/** Of the agents that the test itself assigned. */
export const AGENTS = ['U0ANN', 'U0BEN']

/** What Slack would refuse of a post, or who could be pinged by it. */
export const refused = (post: { blocks: unknown[]; text: string }) => faultsIn(post, 8_500, AGENTS)

/** What Slack would refuse of a view, or who could be pinged by it. */
export const refusedView = (view: { type: string; blocks: unknown[] }) => [
  ...faultsInView(view, view.type === 'home' ? 'home' : 'modal'),
  ...pingsIn(view, AGENTS),
]
