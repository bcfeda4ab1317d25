import { describe, expect, test } from 'vitest'
import { bar, chatCard } from '../../../../src/channels/slack/views/chats/card.ts'
import {
  chatList,
  chatPage,
  chatUsage,
  duration,
  followUpForm,
  reportView,
} from '../../../../src/channels/slack/views/chats/chats.ts'
import {
  type DryRunPage,
  dryRunView,
  recipientOption,
  startedView,
} from '../../../../src/channels/slack/views/chats/dry-run.ts'
import {
  type AudienceKind,
  type NewChatForm,
  newChatForm,
  pickedOptions,
  segmentForm,
} from '../../../../src/channels/slack/views/chats/new-chat.ts'
import { chatPost } from '../../../../src/channels/slack/views/chats/post.ts'
import { chatRulesForm } from '../../../../src/channels/slack/views/chats/rules.ts'
import { BLOCKS, USUAL_EXCLUSIONS } from '../../../../src/core/chats/blocks.ts'
import type { ChatReport } from '../../../../src/core/chats/report.ts'
import { chatRulesOf } from '../../../../src/core/chats/rules.ts'
import type { ChatView } from '../../../../src/core/chats/view.ts'
import { type Document, fromText } from '../../../../src/core/document.ts'
import { faultsInView } from '../../../../src/sandbox/slack/blocks/views.ts'
import { faultsIn, hostile, long, now, pingsIn as pings, wordsOn } from './what-slack-refuses.ts'

const longAddress = `${'e'.repeat(64)}@${'acme.'.repeat(40)}test`
const novel: Document = Array.from({ length: 200 }, (_, i) => ({
  type: 'paragraph' as const,
  content: [{ type: 'text' as const, text: `${i} ${'word '.repeat(100)}` }],
}))
const counts = {
  total: 200,
  blocked: 13,
  queued: 97,
  sent: 85,
  bounced: 5,
  failed: 0,
  leftOut: 0,
  answered: 7,
  outOfOffice: 0,
  unsubscribed: 1,
  closed: 2,
  toFollow: 0,
  waiting: 76,
}
const blocks = Object.entries(BLOCKS).map(([block, label], i) => ({ block, label, count: 1_000_000 * i + 1 }))

function chat(changes: Partial<ChatView> = {}): ChatView {
  return {
    id: '0190a000-0000-7000-8000-000000000007',
    number: 7,
    team: { id: 't1', name: 'Support', place: 'C0SUPPORT' },
    subject: 'Our new tulips',
    body: fromText('Hello {{ customer.first_name | default: "there" }},\n\nthey are here.'),
    author: { id: 'a1', name: 'Ann', handle: 'U0ANN' },
    sender: { address: 'support@tulip.test', name: 'Tulip Support' },
    state: 'sending',
    reason: null,
    dueAt: null,
    approvalReason: null,
    approvedBy: null,
    startedAt: now,
    finishedAt: null,
    counts,
    endsAt: now + 120_000,
    dryRun: null,
    steps: [],
    ...changes,
  }
}

const steps = Array.from({ length: 5 }, (_, i) => ({ step: i + 1, workingDays: i, text: hostile.repeat(9) }))
const dryRun = { total: 200, willGet: 187, blocks: blocks.slice(0, 2) }
const chats: Record<string, ChatView> = {
  'one that is being sent': chat(),
  'a draft': chat({ state: 'draft', startedAt: null, endsAt: null, dryRun }),
  'one that waits for approval': chat({
    state: 'awaiting_approval',
    startedAt: null,
    approvalReason: hostile.repeat(20),
    dryRun: { ...dryRun, blocks },
  }),
  'one that is scheduled': chat({ state: 'scheduled', startedAt: null, dueAt: now, reason: hostile, dryRun }),
  'one that is paused': chat({ state: 'paused', reason: hostile.repeat(30) }),
  'one that was stopped': chat({ state: 'stopped', reason: 'Ann stopped it.', finishedAt: now }),
  'one that is over': chat({ state: 'finished', finishedAt: now, steps, approvedBy: hostile }),
  'one that tries to ping': chat({
    subject: hostile,
    author: { id: 'a1', name: hostile, handle: 'U0ANN' },
    sender: { address: longAddress, name: hostile },
    team: { id: 't1', name: hostile, place: 'C0SUPPORT' },
    body: fromText(hostile),
    steps: steps.slice(0, 2),
  }),
  'one that is very long': chat({
    subject: long,
    body: novel,
    steps,
    counts: Object.fromEntries(Object.keys(counts).map(k => [k, 200_000])) as unknown as typeof counts,
  }),
  'one of blanks': chat({ subject: ' ', body: [], author: { id: 'a1', name: ' ', handle: 'U0ANN' } }),
}

const report: ChatReport = {
  answerRate: 0.0823,
  medianAnswerMs: 95 * 60_000,
  bouncesByReason: Array.from({ length: 20 }, (_, i) => ({ reason: hostile.repeat(3), count: 90_000 - i })),
  byDomain: Array.from({ length: 30 }, (_, i) => ({ domain: `${i}${long}`, sent: 100_000, bounced: 5, answered: 7 })),
  answersOverTime: [],
}
const empty: ChatReport = { ...report, answerRate: 0, medianAnswerMs: null, bouncesByReason: [], byDomain: [] }

const refused = (post: { blocks: unknown[]; text: string }) => faultsIn(post, 9_000)

describe("a chat's card is what Slack takes, and pings nobody", () => {
  test.each(Object.entries(chats))('%s', (_, view) => {
    expect(refused(chatCard(view))).toEqual([])
    expect(refused(chatPage(view, report))).toEqual([])
    expect(refused(chatPage(view, empty))).toEqual([])
  })
})

test('the list of chats, its usage and a word in the thread are what Slack takes, and ping nobody', () => {
  const all = Array.from({ length: 10 }, () => chats['one that tries to ping'] as ChatView)
  const posts = [
    chatList(all),
    chatList([]),
    chatUsage(hostile),
    chatUsage(null),
    chatPost({ kind: 'answered', text: hostile.repeat(90) }, 'https://town.slack.test/archives/C1/p1'),
    chatPost({ kind: 'word', text: hostile }, null),
  ]
  for (const post of posts) expect(refused(post)).toEqual([])
  expect(wordsOn(chatList(all))).toContain('Earlier chats')
})

const team = { id: 't1', name: long }
const person = { id: 'c1', name: hostile, address: longAddress, company: hostile }

function form(changes: Partial<NewChatForm> = {}, kind: AudienceKind = 'segment'): NewChatForm {
  return {
    team,
    teams: [team, { id: 't2', name: 'Sales' }],
    senders: [{ id: 's1', address: 'a@b.test', name: hostile, broken: null }],
    usual: { id: 's1', instead: hostile },
    templates: Array.from({ length: 120 }, (_, i) => ({ id: `t${i}`, name: hostile, team: hostile })),
    segments: Array.from({ length: 100 }, (_, i) => ({ id: `g${i}`, name: hostile })),
    obstacle: null,
    files: { mailBytes: 20 * 1024 * 1024, publicUrl: 'https://tulip.test' },
    meta: { teamId: 't1', origin: 'C1', audience: kind, isLater: false, attempt: 0, kept: {} },
    start: { agent: 'U0ANN', exclusions: USUAL_EXCLUSIONS },
    ...changes,
  }
}

const full: NewChatForm['start'] = {
  agent: 'U0ANN',
  subject: long,
  message: {
    type: 'rich_text',
    elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: hostile }] }],
  },
  kind: long,
  priority: 'urgent',
  exclusions: { unsubscribed: false, duplicate: false, openTicket: false, writtenToDays: null },
  segment: 'g99',
  customers: pickedOptions(Array(100).fill(person)),
  addresses: `${longAddress}\n`.repeat(20),
  dueAt: now / 1000,
}

describe('every modal is what Slack takes', () => {
  const kinds: AudienceKind[] = ['segment', 'customers', 'typed', 'file']
  const meta = { teamId: 't1', origin: 'C1', isLater: true, attempt: 3 }
  const kept = { segment: 'g9', customers: full.customers ?? [], addresses: full.addresses ?? '', dueAt: now / 1000 }
  const page = (changes: Partial<DryRunPage> = {}): DryRunPage => ({
    chat: chat(),
    run: dryRun,
    preview: null,
    ...changes,
  })
  const draft = { id: 'x'.repeat(36), number: 2_147_483_647, files: long.slice(0, 200), list: long.slice(0, 100) }
  const preview = {
    picked: recipientOption({ id: 'r1', address: longAddress, name: hostile, state: 'blocked' }),
    to: longAddress,
  }
  const modals = {
    ...Object.fromEntries(
      kinds.flatMap(kind => [
        [`a new chat to ${kind}`, newChatForm(form({}, kind))],
        [
          `a new chat to ${kind}, full and faulty`,
          newChatForm(
            form({ start: full, meta: { ...meta, audience: kind, kept, draft }, fault: hostile.repeat(60) }, kind),
          ),
        ],
      ]),
    ),
    'a new chat without segment and sender': newChatForm(
      form({ segments: [], senders: [], obstacle: hostile.repeat(30) }),
    ),
    'a new chat with a segment that was just made': newChatForm(form({ start: { ...full, savedSegment: 'g7' } })),
    'a new segment': segmentForm({ viewId: 'V1', form: { ...meta, audience: 'segment', kept } }),
    'a new segment, counted': segmentForm({ viewId: 'V1', form: { ...meta, audience: 'segment', kept } }, 100_000),
    'a dry run': dryRunView(page()),
    'a dry run of many': dryRunView(
      page({
        chat: chat({ dueAt: now, approvalReason: hostile, subject: hostile, number: 2_147_483_647 }),
        run: { total: 200_000, willGet: 187_654, blocks },
        preview: { ...preview, subject: hostile, body: novel, problem: null },
        fault: hostile.repeat(30),
        done: hostile,
      }),
    ),
    'a dry run that nobody gets': dryRunView(
      page({ run: { ...dryRun, willGet: 0 }, preview: { ...preview, subject: '', body: [], problem: hostile } }),
    ),
    ...Object.fromEntries(Object.entries(chats).map(([what, view]) => [`what became of ${what}`, startedView(view)])),
    ...Object.fromEntries(Object.entries(chats).map(([what, view]) => [`a follow-up of ${what}`, followUpForm(view)])),
    'a report': reportView(chats['one that tries to ping'] as ChatView, report),
    'an empty report': reportView(chat(), empty),
    'the usual rules': chatRulesForm({ id: 't1', name: hostile }, chatRulesOf({ chat_rules: null })),
    'no rules': chatRulesForm(team, {
      ...chatRulesOf({ chat_rules: null }),
      approvalOver: null,
      quietHours: null,
      vetoMinutes: 5,
      outsideHours: true,
    }),
  }
  test.each(Object.entries(modals))('%s', (_, view) => {
    expect(faultsInView(view, 'modal')).toEqual([])
    expect(pings(view)).toEqual([])
  })
})

describe('the buttons of a card', () => {
  const of = (view: ChatView) =>
    (chatCard(view).blocks.at(-1) as { elements: { text: { text: string } }[] }).elements.map(e => e.text.text)

  test('are those that its state allows', () => {
    expect(of(chats['a draft'] as ChatView)).toEqual(['Dry run', 'Discard', 'Recipients (CSV)'])
    expect(of(chats['one that is scheduled'] as ChatView)).toEqual(['Stop', 'Recipients (CSV)'])
    expect(of(chats['one that waits for approval'] as ChatView)).toEqual(['Approve', 'Stop', 'Recipients (CSV)'])
    expect(of(chat())).toEqual(['Pause', 'Stop', 'Follow up 76 who did not answer', 'Recipients (CSV)', 'Report'])
    expect(of(chats['one that is paused'] as ChatView)).toContain('Resume')
    expect(of(chats['one that was stopped'] as ChatView)).toEqual(['Recipients (CSV)', 'Report', 'Copy'])
  })

  test('stay the same block, so that a press lasts while the card is drawn anew', () => {
    const blockOf = (view: ChatView) => chatCard(view).blocks.at(-1)?.block_id
    expect(blockOf(chat())).toBeDefined()
    expect(blockOf(chat({ counts: { ...counts, queued: 0 } }))).toBe(blockOf(chat()))
  })

  test('offer no sixth follow-up, and none where nobody waits', () => {
    expect(of(chats['one that is over'] as ChatView)).toEqual(['Recipients (CSV)', 'Report', 'Copy'])
    expect(of(chat({ counts: { ...counts, waiting: 0 } })).join()).not.toContain('Follow up')
  })
})

test('the bar is full only once all is done', () => {
  expect(bar(0, 0)).toBe(`${'░'.repeat(20)} 0 %`)
  expect(bar(199, 200)).toBe(`${'█'.repeat(19)}░ 99 %`)
  expect(bar(200, 200)).toBe(`${'█'.repeat(20)} 100 %`)
})

test('the dry run says how many get it, why others do not, and what its button does', () => {
  const page: DryRunPage = { chat: chat(), run: dryRun, preview: null }
  const view = dryRunView(page)
  expect(wordsOn(view)).toContain('*187 of 200* will get it.')
  expect(wordsOn(view)).toContain('not an email address')
  expect(view.submit?.text).toBe('Send to 187 people')
  expect(dryRunView({ ...page, chat: chat({ dueAt: now }) }).submit?.text).toBe('Schedule')
  expect(dryRunView({ ...page, chat: chat({ approvalReason: 'Too many.' }) }).submit?.text).toBe('Ask for approval')
  expect(dryRunView({ ...page, run: { ...dryRun, willGet: 0 } }).submit).toBeUndefined()
})

test('what does not fit into what a form remembers is left, not cut', () => {
  const meta = { teamId: 't1', origin: null, audience: 'file' as const, isLater: false, attempt: 0 }
  const kept = { segment: 'g9', addresses: 'jane@acme.test '.repeat(200) }
  const view = newChatForm(form({ meta: { ...meta, kept } }))
  expect(JSON.parse(view.private_metadata ?? '').kept).toEqual({ segment: 'g9' })
})

test('how long people took to answer is said roughly', () => {
  expect([40_000, 12 * 60_000, 210 * 60_000, 49 * 3_600_000].map(duration)).toEqual(['40 s', '12 min', '3.5 h', '2 d'])
})
