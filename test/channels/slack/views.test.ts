import { describe, expect, test } from 'vitest'
import { initialText } from '../../../src/channels/slack/views/excerpt.ts'
import { leftOutPost } from '../../../src/channels/slack/views/files.ts'
import { draftsHome, inboxHome, setUpHome } from '../../../src/channels/slack/views/home.ts'
import {
  banForm,
  bannedMailsView,
  blockedView,
  liftForm,
  MOST_BLOCKED,
} from '../../../src/channels/slack/views/mail/blocked.ts'
import { trayView } from '../../../src/channels/slack/views/mail/tray.ts'
import { answerHookForm } from '../../../src/channels/slack/views/team/answer-hook.ts'
import { outreachUsage, whoView } from '../../../src/channels/slack/views/team/outreach.ts'
import { reactionsForm } from '../../../src/channels/slack/views/team/reactions.ts'
import {
  emptyRule,
  type RoutingPage,
  routingForm,
  ruleForm,
  tryView,
} from '../../../src/channels/slack/views/team/routing.ts'
import { agentForm, senderForm, teamForm } from '../../../src/channels/slack/views/team/settings.ts'
import { templateForm, templatesView } from '../../../src/channels/slack/views/team/templates.ts'
import { begunView } from '../../../src/channels/slack/views/tickets/begun.ts'
import { ticketCard } from '../../../src/channels/slack/views/tickets/card.ts'
import { messageDetails, settleView, ticketDetails } from '../../../src/channels/slack/views/tickets/details.ts'
import { assignForm, closeForm, fixForm, statusForm } from '../../../src/channels/slack/views/tickets/forms.ts'
import { deskMessage } from '../../../src/channels/slack/views/tickets/message.ts'
import { moreView } from '../../../src/channels/slack/views/tickets/more.ts'
import {
  customerOptions,
  faultView,
  newTicketForm,
  noTeam,
  openedView,
} from '../../../src/channels/slack/views/tickets/new-ticket.ts'
import { noteForm } from '../../../src/channels/slack/views/tickets/note.ts'
import {
  askPrompt,
  closePrompt,
  correctionPrompt,
  failedPrompt,
  heldPrompt,
  keptPrompt,
  overheardPrompt,
  readToAll,
} from '../../../src/channels/slack/views/tickets/prompts.ts'
import { remindersView, remindForm } from '../../../src/channels/slack/views/tickets/remind.ts'
import {
  addressChosen,
  copiesTicked,
  previewView,
  type ReplyForm,
  replyForm,
} from '../../../src/channels/slack/views/tickets/reply.ts'
import { sendAsForm } from '../../../src/channels/slack/views/tickets/send-as.ts'
import { mailWords } from '../../../src/channels/slack/views/words.ts'
import { type Document, fromText } from '../../../src/core/document.ts'
import type { DraftKind } from '../../../src/core/drafts.ts'
import { hoursOf } from '../../../src/core/hours/settings.ts'
import type { MessageView, TicketView } from '../../../src/core/letter.ts'
import type { Candidate } from '../../../src/core/routing/candidates.ts'
import type { Rule } from '../../../src/core/routing/rules.ts'
import type { Routing } from '../../../src/core/routing/settings.ts'
import { SETTABLE } from '../../../src/core/tickets/status.ts'
import type { AgentRow, EventRow, SenderRow, TeamRow } from '../../../src/db/schema.ts'
import { faultsInBlocks } from '../../../src/sandbox/slack/blocks/blocks.ts'
import { faultsInView } from '../../../src/sandbox/slack/blocks/views.ts'
import { aMessage, aTicket } from '../../support/views.ts'
import { faultsIn, hostile, long, now, pingsIn, wordsOn } from './what-slack-refuses.ts'

const emoji = '🧑‍🚀'.repeat(51)

function message(changes: Partial<MessageView> = {}): MessageView {
  return aMessage('Hello Jane,\n\nyour order is ready.', { createdAt: now, ...changes })
}

function mail(
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

test('the state of a mail is told in words that leave no doubt about who has it', () => {
  const [base] = mail('queued', 'The mail server cannot take the mail at the moment.')
  const said = (changes: object) => mailWords({ ...(base as NonNullable<typeof base>), ...changes })
  expect(said({})).toContain('the first try did not succeed')
  expect(said({ lateAt: now })).toContain('Not delivered yet')
  expect(said({ uncertainAt: now })).toContain('Perhaps delivered')
  expect(said({ sentAt: now })).toContain('a copy waits')
  expect(said({ state: 'sent', sentAt: now, lateAt: now })).toContain('but not delivered yet')
})

function ticket(changes: Partial<TicketView> = {}): TicketView {
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

const longAddress = `${'e'.repeat(64)}@${'acme.'.repeat(40)}test`
const file = {
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
const files = [file]
const others = Array.from({ length: 60 }, (_, i) => ({
  address: i < 30 ? `p${i}@acme.test` : `${i}${longAddress}`,
  name: i % 2 ? hostile : '',
  isStranger: i % 5 === 4,
}))
const novel: Document = Array.from({ length: 200 }, (_, i) => ({
  type: 'paragraph' as const,
  content: [{ type: 'text' as const, text: `${i} ${'word '.repeat(100)}` }],
}))

const tickets: Record<string, TicketView> = {
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

const messages: Record<string, MessageView> = {
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

const rules = { mailBytes: 20 * 1024 * 1024, publicUrl: 'https://tulip.test' }

const reminders = Array.from({ length: 20 }, (_, i) => ({
  ...{ id: `r${i}`, ticket_id: 't1', agent_id: 'a1', due_at: now, note: hostile, dedup_key: null, created_at: now },
  ...{ ended_at: null, ended_by: null, agent: hostile },
}))
const draftKinds: DraftKind[] = ['ticket', 'reply', 'note', 'chat']
const drafts = Array.from({ length: 25 }, (_, i) => ({
  ...{
    id: `d${i}`,
    about: { kind: draftKinds[i % 4] as DraftKind, title: hostile, text: hostile },
    isShared: i % 3 === 0,
  },
  ...{ isOwn: i % 5 > 0, by: hostile, updatedAt: now },
}))

const writing = {
  templates: Array.from({ length: 150 }, (_, i) => ({
    id: `t${i}`,
    name: i ? `T${i}` : long,
    team: i % 2 ? hostile : null,
  })),
  clock: { zone: 'America/Argentina/ComodRivadavia', isTheirs: true, hours: hoursOf({ hours: null }) },
  now,
}
const fresh = { draft: '0190a000-0000-7000-8000-00000000000d', rev: 0, when: 'now' as const }

function composer(view: TicketView, changes: Partial<ReplyForm> = {}): ReplyForm {
  return {
    ticket: view,
    obstacle: null,
    addresses: ['jane@acme.test'],
    wroteFrom: null,
    copies: [],
    files: rules,
    senders: [senderRow({ id: 's1' }), senderRow({ id: 's2', address: longAddress, broken_reason: hostile })],
    last: { address: longAddress, author: hostile },
    ...writing,
    meta: fresh,
    ...changes,
  }
}

/** Of the agents that the test itself assigned. */
const AGENTS = ['U0ANN', 'U0BEN']
const NO_EMOJI = { take: null, close: null, note: null, reopen: null, urgent: null }
const refused = (post: { blocks: unknown[]; text: string }) => faultsIn(post, 8_500, AGENTS)
const pings = (post: unknown) => pingsIn(post, AGENTS)

describe('a card is what Slack takes, and pings nobody', () => {
  test.each(Object.entries(tickets))('%s', (_, view) => {
    expect(refused(ticketCard(view, now))).toEqual([])
  })
})

describe("a thread's posts are what Slack takes, and ping nobody", () => {
  test.each(Object.entries(messages))('%s', (_, view) => {
    for (const each of Object.values(tickets))
      for (const post of deskMessage(view, each, now)) {
        expect(refused(post)).toEqual([])
        expect(post.username?.length ?? 0).toBeLessThanOrEqual(80)
      }
  })
})

describe('what only the author sees is what Slack takes, and pings nobody', () => {
  test.each(Object.entries(tickets))('%s', (_, view) => {
    for (const each of Object.values(messages))
      for (const prompt of [
        askPrompt(each, view, [], []),
        askPrompt(each, view, others, Array(10).fill(hostile)),
        heldPrompt(each, view, now),
        heldPrompt(each, view, now, others),
        keptPrompt(each, view),
        correctionPrompt(each, view),
        failedPrompt(each, view),
        overheardPrompt(each.id),
        closePrompt(view.id, hostile),
      ])
        expect(refused(prompt)).toEqual([])
  })
})

describe('every modal is what Slack takes', () => {
  const event: EventRow = {
    id: 'e1',
    ticket_id: 't',
    kind: 'ticket_assigned',
    actor_kind: 'agent',
    actor_id: 'a1',
    actor_name: hostile,
    before: JSON.stringify({ assignee_id: null, status: 'open' }),
    after: JSON.stringify({ assignee_id: 'a2', status: 'in_progress' }),
    at: now,
  }
  const matches = Array(5).fill({
    author_name: hostile,
    author_address: null,
    matched_by: 'Matched by the mail that it answers.',
    automatic: hostile,
    kind: 'auto',
    doubt: hostile,
    created_at: now,
  })
  const events = Array.from({ length: 50 }, () => event)
  const ann: AgentRow = {
    id: 'a1',
    handle: 'U0ANN',
    name: 'Ann',
    email: 'ann@overture.test',
    alias: long.slice(0, 80),
    signature: 'Ann\nSupport',
    created_at: 0,
    availability: 'online',
    available_at: null,
    capacity: null,
    zone: null,
    hours: null,
    assigned_at: null,
    presence: null,
    presence_at: null,
    presence_due_at: null,
    role: null,
    deactivated_at: null,
  }

  test.each(Object.entries(tickets))('%s', (_, view) => {
    const modals = [
      ticketDetails(
        view,
        { events, names: new Map([['a2', 'Ben']]), matches },
        'https://town.slack.test/archives/C1/p1',
        now,
      ),
      ...Object.values(messages).map(m => messageDetails(m, view)),
      settleView(view, Object.values(messages)),
      settleView(view, []),
      replyForm(composer(view)),
      replyForm(composer(view, { obstacle: hostile })),
      replyForm(
        composer(view, { copies: others, addresses: ['jane@acme.test', longAddress, 'j@b.test'], wroteFrom: hostile }),
      ),
      previewView(view, ann, {
        to: longAddress,
        copies: Array(20).fill(longAddress),
        blind: Array(20).fill(longAddress),
        from: longAddress,
        last: { address: longAddress, author: hostile },
        goesAt: { at: now, zone: 'Europe/Berlin' },
        body: novel,
        files: ['a.pdf', long],
        links: [long, hostile],
      }),
      previewView(view, ann, {
        ...{ to: 'jane@acme.test', copies: [], blind: [], body: [], files: [], links: [] },
        ...{ from: 'help@support.test', last: null, goesAt: null },
      }),
      replyForm(composer(view, { meta: { ...fresh, when: 'at', rev: 2 }, missing: hostile })),
      noteForm(view, { ticketId: view.id, draft: view.id, rev: 0 }),
      noteForm(view, { ticketId: view.id, draft: view.id, rev: 1 }, { templates: writing.templates, missing: hostile }),
      ...drafts.map(d => begunView({ kind: 'reply', ticketId: view.id, origin: null }, d)),
      moreView(view),
      remindForm(view, reminders, 'Europe/Berlin'),
      remindersView(view, reminders),
      remindersView(view, []),
      sendAsForm(view, [senderRow()], { address: longAddress, author: hostile }),
      sendAsForm(view, [], null),
      closeForm(view),
      assignForm(view),
      statusForm(view, SETTABLE),
      fixForm(view, 'm1', hostile, null),
      fixForm(view, 'm1', null, long),
    ]
    for (const modal of modals) {
      expect(faultsInView(modal, 'modal')).toEqual([])
      expect(pings(modal)).toEqual([])
    }
  })

  const team = { id: 't1', name: long }
  const general = { id: 'f1', name: 'General', priority: 'high' as const }
  const forms = {
    'a new ticket': newTicketForm({
      team,
      teams: [team, { id: 't2', name: 'Sales' }],
      forms: [general],
      senders: [{ id: 's1', address: 'a@b.test', name: long, broken: null }],
      usual: { id: 's1', instead: hostile },
      files: rules,
      ...writing,
      meta: {
        ...fresh,
        rev: 3,
        when: 'at',
        teamId: 't1',
        origin: 'C1',
        files: Array.from({ length: 10 }, (_, i) => ({ id: `F0123456${i}`, name: long.slice(0, 40), size: 1 })),
      },
      missing: hostile,
      doubts: {
        isAsked: false,
        filledFor: longAddress,
        collisions: Array.from({ length: 9 }, (_, i) => ({
          ticketId: `t${i}`,
          identifier: 'SUP-41',
          customer: hostile,
          isColleague: true,
          by: i ? hostile : null,
          at: now,
        })),
      },
    }),
    'a new ticket without sender': newTicketForm({
      team,
      teams: [team],
      forms: [],
      senders: [],
      usual: { id: null, instead: null },
      files: { ...rules, publicUrl: null },
      ...writing,
      meta: { ...fresh, when: 'hours', teamId: 't1', origin: null },
    }),
    'a new ticket whose sender is broken': newTicketForm({
      team,
      teams: [team],
      forms: [general],
      senders: [{ id: 's1', address: 'a@b.test', name: '', broken: hostile }],
      usual: { id: null, instead: null },
      files: rules,
      ...writing,
      meta: { ...fresh, teamId: 't1', origin: null },
      doubts: { isAsked: true, filledFor: null, collisions: [] },
      start: {
        copies: long.repeat(20),
        blind: long.repeat(20),
        date: '2026-03-29',
        time: '02:30',
        typed: long.repeat(2),
        subject: long,
        message: initialText([{ type: 'quote', content: novel }], 2_500),
      },
    }),
    'a template': templateForm(
      {
        ...{ id: 't1', team_id: null, agent_id: 'a1', name: long, subject: long, created_at: 0, updated_at: 0 },
        body: JSON.stringify(novel),
      },
      [team],
      'V1',
    ),
    'a new template': templateForm(null, [], null),
    templates: templatesView(writing.templates),
    'no templates': templatesView([]),
    'no team': noTeam(),
    'an opened ticket': openedView({ identifier: 'SUP-1', email: true, isScheduled: true, place: 'C1' }),
    'a fault': faultView('New ticket', long.repeat(20), initialText(fromText('Hi'))),
    'a new team': teamForm(null, []),
    'a team': teamForm(
      { ...teamRow(), signature: long, sender_id: 's150' },
      Array.from({ length: 200 }, (_, i) => senderRow({ id: `s${i}`, broken_at: i % 2 || null })),
    ),
    'a sender': senderForm(senderRow({ broken_reason: long }), [team], 't1', {
      form: { ...fresh, teamId: 't1', origin: null, viewId: 'V1' },
      aliases: Array(100).fill(longAddress),
    }),
    'a new sender': senderForm(null, [team], 't9'),
    'an agent': agentForm(
      ann,
      Array.from({ length: 120 }, (_, i) => ({
        team: { id: `t${i}`, name: hostile },
        senders: [senderRow()],
        usual: 's1',
      })),
    ),
    'an unknown agent': agentForm(null, []),
    'a routing': routingForm(routingPage()),
    'a routing with all that there can be': routingForm(
      routingPage({
        routing: { ...calm, capacity: 10, fallbackTeamId: 't90', followPresence: true },
        takers: Array.from({ length: 100 }, (_, i) => `U${i}`),
        leads: ['U0ANN'],
        teams: Array.from({ length: 200 }, (_, i) => ({ id: `t${i}`, name: hostile })),
        rules: Array.from({ length: 20 }, (_, i) => fullRule(`r${i}`)),
      }),
    ),
    'a new rule': ruleForm({ teamId: 't1', ruleId: null, routingId: 'V1', rows: 2 }, emptyRule, []),
    'a rule with all its conditions': ruleForm(
      { teamId: 't1', ruleId: 'r1', routingId: 'V1', rows: 99 },
      { ...fullRule('r1'), agent: 'U0BEN', toTeamId: 't90' },
      Array.from({ length: 200 }, (_, i) => ({ id: `t${i}`, name: hostile })),
    ),
    'a rule that is tried': tryView(
      { name: hostile },
      {
        tickets: Array.from({ length: 20 }, (_, i) => ({
          id: `${i}`,
          identifier: `SUP-${i}`,
          subject: hostile,
          createdAt: now,
        })),
        of: 2_000,
      },
      20,
    ),
    'a rule that takes nothing': tryView({ name: long }, { tickets: [], of: 0 }, 20),
    'blocked addresses': blockedView(hostile, {
      suppressions: Array(MOST_BLOCKED).fill({
        address: longAddress,
        reason: hostile.repeat(20),
        source: 'smtp',
        by: hostile,
        created_by: 'a1',
        created_at: now,
      }),
      unsubscriptions: Array(MOST_BLOCKED).fill({
        address: longAddress,
        kind: long,
        reason: hostile.repeat(20),
        source: 'link',
        chat_id: 'c1',
        created_at: now,
      }),
      bans: Array(MOST_BLOCKED).fill({
        address: '*@x.test',
        reason: hostile,
        created_by: 'a1',
        by: hostile,
        created_at: now,
        until_at: now,
        ended_at: null,
        kept: 3,
      }),
    }),
    'mails that a ban kept out': bannedMailsView(
      longAddress,
      Array.from({ length: 20 }, (_, i) => ({
        id: `i${i}`,
        receivedAt: now,
        about: { from: hostile, subject: hostile.repeat(20), text: hostile.repeat(20) },
        isWhole: i % 2 === 0,
      })),
    ),
    'word of answers': answerHookForm({ id: 't1', name: hostile, hook_problem: hostile.repeat(20) }, longAddress),
    'the emoji of a team': reactionsForm({ id: 't1', name: hostile }, { ...NO_EMOJI, take: 'x'.repeat(100) }),
    'no blocked address': blockedView('', { suppressions: [], unsubscriptions: [], bans: [] }),
    'a lift': liftForm({
      what: 'unsubscription',
      address: longAddress,
      kind: hostile,
      below: { viewId: 'V1', typed: '' },
    }),
    'a lift of a suppression': liftForm({ what: 'suppression', address: longAddress, kind: '' }),
    'a ban': banForm(longAddress, { ticketId: null }),
  }
  test.each(Object.entries(forms))('%s', (_, form) => {
    expect(faultsInView(form, 'modal')).toEqual([])
  })

  test('a routing, with its rules, pings nobody', () => {
    for (const name of ['a routing with all that there can be', 'a rule that is tried'] as const)
      expect(pings(forms[name])).toEqual([])
  })

  const manySenders = {
    teams: [teamRow({ sender_id: 's0' }), teamRow({ id: 't2', sender_id: 'gone' })],
    senders: Array.from({ length: 30 }, (_, i) => senderRow({ id: `s${i}`, broken_at: 1, broken_reason: hostile })),
    agents: [ann],
    unmatched: 2,
    alerts: [],
    me: ann,
    aliases: new Map(),
    blocked: 3,
    from: 24,
  }

  test('App Home shows what stands below however many senders there are', () => {
    const shown = JSON.stringify(setUpHome(manySenders))
    expect(shown).toContain('25 to 30 of 30')
    expect(shown).toContain('3 addresses are not written to, or banned.')
    expect(shown).toContain('open_tray')
    expect(shown).toContain('its usual sender is no more')
  })

  test('App Home', () => {
    const homes = [
      inboxHome({ tab: 'inbox', list: 'all', after: '1:2' }, Object.values(tickets), '3:4', now),
      inboxHome({ tab: 'inbox', list: 'mine', after: null }, [], null, now),
      draftsHome(drafts, now),
      draftsHome([], now),
      setUpHome({
        teams: [],
        senders: [],
        agents: [ann],
        unmatched: 0,
        alerts: [],
        me: ann,
        aliases: new Map(),
        blocked: 0,
        from: 0,
      }),
      setUpHome({
        teams: Array.from({ length: 60 }, (_, i) =>
          teamRow({ id: `t${i}`, place_problem: 'Overture is not in this channel.' }),
        ),
        senders: [senderRow({ broken_reason: hostile, name: hostile })],
        agents: Array(200).fill({ ...ann, name: hostile, alias: null }),
        alerts: [{ text: hostile.repeat(40), raised_at: now }],
        unmatched: 2,
        me: ann,
        aliases: new Map([['s1', Array(100).fill(longAddress)]]),
        blocked: 1,
        from: 0,
      }),
      setUpHome(manySenders),
    ]
    for (const home of homes) {
      expect(faultsInView(home, 'home')).toEqual([])
      expect(pings(home)).toEqual([])
    }
  })
})

const calm: Routing = {
  strategy: 'claim',
  lastSenderFirst: true,
  capacity: null,
  fallbackTeamId: null,
  fallbackMinutes: 15,
  followPresence: false,
  followHours: false,
}

function routingPage(changes: Partial<RoutingPage> = {}): RoutingPage {
  return {
    team: { id: 't1', name: hostile },
    routing: calm,
    takers: [],
    leads: [],
    teams: [{ id: 't1', name: hostile }],
    rules: [],
    names: new Map([['a2', hostile]]),
    ...changes,
  }
}

function fullRule(id: string): Rule {
  const conditions = Array.from({ length: 10 }, (_, i) => ({
    on: 'field' as const,
    name: hostile,
    is: i % 2 ? ('is_not' as const) : ('contains' as const),
    value: long,
  }))
  return { id, teamId: 't1', name: hostile, meets: 'any', conditions, agentId: 'a2', toTeamId: null }
}

test('who is free is what Slack takes, and pings nobody', () => {
  const agents: Candidate[] = (['free', 'full', 'away', 'unknown'] as const).flatMap(state =>
    (['online', 'away', 'offline'] as const).flatMap(availability =>
      [null, now].map(availableAt => ({
        id: 'a1',
        handle: 'U0ANN',
        name: hostile,
        availability,
        availableAt,
        assignedAt: null,
        open: 1,
        capacity: 5,
        state,
      })),
    ),
  )
  const teams = Array.from({ length: 30 }, () => ({ team: { name: hostile }, agents }))
  for (const post of [whoView(teams), whoView([]), whoView([{ team: { name: long }, agents: [] }])])
    expect(refused(post)).toEqual([])
  expect(refused(outreachUsage(hostile))).toEqual([])
})

function teamRow(changes: Partial<TeamRow> = {}): TeamRow {
  return {
    id: 't1',
    name: hostile,
    prefix: 'SUP',
    place: 'C0SUPPORT',
    reply_mode: 'ask',
    hold_ms: 10_000,
    signature: '',
    next_number: 1,
    place_problem: null,
    sender_id: null,
    hours: null,
    auto_close: null,
    digest: null,
    digest_at: null,
    reopen_days: 14,
    chat_rules: null,
    routing: null,
    reactions: null,
    hook_url: null,
    hook_problem: null,
    shared_at: null,
    shared_agreed_at: null,
    shared_agreed_by: null,
    created_at: 0,
    archived_at: null,
    ...changes,
  }
}

function senderRow(changes: Partial<SenderRow> = {}): SenderRow {
  return {
    id: 's1',
    team_id: 't1',
    address: 'support@overture.test',
    name: 'Support',
    smtp_url: null,
    dkim_selector: 'ov',
    dkim_key: null,
    postal_footer: null,
    created_at: 0,
    broken_at: null,
    broken_reason: null,
    removed_at: null,
    ...changes,
  }
}

test('the card says when the mail goes out, and offers Undo until then', () => {
  const card = ticketCard(ticket(), now)
  expect(wordsOn(card)).toContain('Goes out at <!date^')
  expect(wordsOn(card)).toContain('Undo')
  expect(wordsOn(ticketCard(ticket(), now + 60_000))).not.toContain('Undo')
})

test('a mail that failed says why, and offers to fix it', () => {
  const card = wordsOn(
    ticketCard(ticket({ opening: message({ deliveries: mail('failed', 'There is no such mailbox.') }) }), now),
  )
  expect(card).toContain('There is no such mailbox.')
  expect(card).toContain('Fix and resend')
})

test('an internal ticket can be published, and not replied to', () => {
  const card = wordsOn(ticketCard(tickets['an internal one'] as TicketView, now))
  expect(card).toContain('Publish')
  expect(card).not.toContain('Reply')
})

test('a customer is marked as one, even when they call themselves a colleague', () => {
  const name = 'Ann (Support)'
  const [post] = deskMessage(
    message({ author: { kind: 'customer', id: 'c1', name, address: 'jane@acme.test', handle: null, signature: '' } }),
    ticket(),
    now,
  )
  expect(post?.username).toBe('Ann Support (customer, by email)')
})

test('whoever is not the customer is shown by their address, not the name that they chose', () => {
  const [post] = deskMessage(messages["a stranger's mail"] as MessageView, ticket(), now)
  expect(post?.username).toContain('(not the customer, by email)')
  expect(post?.username).not.toContain('Eve')
})

test('an automatic mail is one line with a button to show it', () => {
  const [post, ...others] = deskMessage(messages['an automatic mail'] as MessageView, ticket(), now)
  expect(others).toEqual([])
  expect(post?.blocks).toHaveLength(1)
  expect(wordsOn(post)).toContain('Show')
})

test('a mail of a machine says of what kind it is, and by which rule where it is shown whole', () => {
  const bounce = message({ kind: 'bounce', automatic: 'multipart/report', text: 'Sorry.' })
  expect(wordsOn(deskMessage(bounce, ticket(), now)[0])).toContain('A mail came back')
  const whole = wordsOn(messageDetails(bounce, ticket()))
  expect(whole).toContain('A mail came back, by this rule: multipart/report.')
  expect(whole).toContain('Treat as an answer')
})

test('whoever says to be one of us without proof is not offered as the customer', () => {
  const post = (view: string) => wordsOn(deskMessage(messages[view] as MessageView, ticket(), now)[0])
  expect(post('a doubtful mail of a colleague')).not.toContain('Accept')
  expect(post('a doubtful mail of the customer')).toContain('It is Jane Doe')
  expect(post("a stranger's mail")).toContain('Accept as participant')
})

test('what was sent and is late says so', () => {
  const late = message({ deliveries: mail('sent', 'Not delivered yet. The mailbox is full.') })
  expect(wordsOn(deskMessage(late, ticket(), now)[0])).toContain('Not delivered yet. The mailbox is full.')
})

test('the tray shows who sent too much, once, with what can be done about it', () => {
  const held = {
    address: `${'h'.repeat(64)}@${'x.'.repeat(120)}test`,
    count: 900,
    newestAt: now,
    reason: long,
    about: null,
  }
  const entry = { id: 'i1', receivedAt: now, reason: hostile, about: { from: hostile, subject: '', text: long } }
  const view = trayView(
    Array(20).fill(entry),
    Array(5).fill(held),
    Array.from({ length: 6 }, (_, i) => teamRow({ id: `t${i}` })),
    5 * 900 + 20 + 7,
  )
  expect(faultsInView(view, 'modal')).toEqual([])
  expect(pings(view)).toEqual([])
  expect(wordsOn(view)).toContain('900 mails of')
  expect(wordsOn(view)).toContain('Let through')
  expect(wordsOn(view)).toContain('7 older mails will be shown once these are dealt with.')
})

test('what a colleague is to send says where else it goes, and when', () => {
  const schedule = { at: now + 86_400_000, zone: 'Europe/Amsterdam', unlessAnswered: true }
  const wish = { copyTo: ['bob@acme.test'], blindTo: ['eve@x.test'], schedule }
  const draft = message({ visibility: 'undecided', deliveries: [], wish })
  const views = [
    settleView(ticket(), [draft]),
    deskMessage(draft, ticket(), now)[0],
    ticketCard(ticket({ status: 'draft', publishedAt: null, opening: draft }), now),
  ]
  for (const view of views) {
    expect(wordsOn(view)).toContain('Once it is sent: copy to bob@acme.test, eve@x.test (blind)')
    expect(wordsOn(view)).toContain('Europe/Amsterdam), unless they write first')
  }
})

test('a long mail is a few posts, with a button for the rest on the first, which alone is ever redrawn', () => {
  const posts = deskMessage(messages['a very long mail'] as MessageView, ticket(), now)
  expect(posts).toHaveLength(3)
  expect(wordsOn(posts[0])).toContain('Show full mail')
})

test('a team without a working sender is told so at once, with the way to the set-up', () => {
  const team = { id: 't1', name: 'Support' }
  const form = newTicketForm({
    team,
    teams: [team],
    forms: [],
    senders: [],
    usual: { id: null, instead: null },
    files: rules,
    ...writing,
    meta: { ...fresh, teamId: 't1', origin: null },
  })
  expect(wordsOn(form.blocks[0])).toContain('has no address to send from')
  expect(wordsOn(form.blocks[0])).toContain('Set up sending')
})

test('an address that nobody has is offered as a new person; one that somebody has is not', () => {
  const jane = { id: 'c1', name: 'Jane Doe', address: 'jane@acme.test', company: 'Acme' }
  expect(customerOptions([], 'bob@globex.test').map(o => o.text.text)).toEqual(['＋ bob@globex.test (new)'])
  expect(customerOptions([jane], 'jane@acme.test').map(o => o.text.text)).toEqual(['Jane Doe · jane@acme.test · Acme'])
  expect(customerOptions([jane], `${'a'.repeat(64)}@${'b'.repeat(60)}.test`)).toHaveLength(1)
})

describe('the others in a conversation', () => {
  const of = (n: number, isStranger = false) => ({ address: `p${n}@acme.test`, name: '', isStranger })
  const modal = replyForm(composer(ticket(), { copies: [of(1), of(2), of(3, true)] }))
  const meta = JSON.parse(modal.private_metadata ?? '')

  test('are ticked one by one, or all at once, which includes nobody who came uninvited', () => {
    expect(copiesTicked(['a1'], meta)).toEqual(['p2@acme.test'])
    expect(copiesTicked(['all', 'a1'], meta)).toEqual(['p1@acme.test', 'p2@acme.test'])
    expect(copiesTicked(['all', 's0'], meta)).toEqual(['p1@acme.test', 'p2@acme.test', 'p3@acme.test'])
  })

  test('are carried by the button that names them', () => {
    const prompt = JSON.stringify(askPrompt(message(), ticket(), [of(1), of(2), of(3, true)], []))
    expect(prompt).toContain('Send to all (3)')
    expect(prompt).not.toContain('p3@acme.test')
    const value = /"value":"([^"]* p1@[^"]*)"/.exec(prompt)?.[1] ?? ''
    expect(readToAll(value)).toEqual({ messageId: message().id, copies: ['p1@acme.test', 'p2@acme.test'] })
  })
})

test('an address that is too long for a choice never has another stand in for it', () => {
  const select = (addresses: string[]) =>
    replyForm(composer(ticket(), { addresses })).blocks.find(b => b.block_id === 'to')
  expect(select([longAddress, 'jane@home.test', 'jane@work.test'])).toBeUndefined()
  expect(JSON.stringify(select(['jane@acme.test', 'jane@home.test']))).toContain('at:jane@home.test')
  expect(addressChosen('at:jane@home.test')).toBe('jane@home.test')
})

test('a file that Slack does not take is named, with a link where there can be one', () => {
  const link = { url: 'https://tulip.test/files/x', until: now }
  const post = leftOutPost([
    { file: { ...file, name: 'a & b.mov' }, why: 'it is too large for Slack', link },
    { file: { ...file, name: hostile }, why: 'it is empty', link: null },
  ])
  expect(faultsInBlocks(post.blocks, 'message')).toEqual([])
  expect(JSON.stringify(post)).toContain('<https://tulip.test/files/x|Fetch it>')
  expect(JSON.stringify(post)).toContain('a &amp; b.mov')
  expect(JSON.stringify(post)).not.toContain('<!channel>')
})
