import type { ModalView } from '@slack/types'
import { describe, expect, test } from 'vitest'
import { moveEntryForm, trayView } from '../../../../src/channels/slack/views/mail/tray.ts'
import { noticePost } from '../../../../src/channels/slack/views/notice.ts'
import { forgetPrompt } from '../../../../src/channels/slack/views/team/forget.ts'
import { movedCard, ticketCard } from '../../../../src/channels/slack/views/tickets/card.ts'
import {
  changeCustomerForm,
  moveMailForm,
  moveTeamForm,
  splitForm,
} from '../../../../src/channels/slack/views/tickets/elsewhere.ts'
import { closeForm } from '../../../../src/channels/slack/views/tickets/forms.ts'
import { deskMessage } from '../../../../src/channels/slack/views/tickets/message.ts'
import { moreView } from '../../../../src/channels/slack/views/tickets/more.ts'
import { noteForm } from '../../../../src/channels/slack/views/tickets/note.ts'
import { changeNoteForm, notesView } from '../../../../src/channels/slack/views/tickets/notes.ts'
import { mergeForm, relationsForm, ticketOption } from '../../../../src/channels/slack/views/tickets/relations.ts'
import { snoozeForm } from '../../../../src/channels/slack/views/tickets/snooze.ts'
import type { Document } from '../../../../src/core/document.ts'
import type { SenderRow, TeamRow } from '../../../../src/db/schema.ts'
import { faultsInView } from '../../../../src/sandbox/slack/blocks/views.ts'
import { aMessage, aTicket } from '../../../support/views.ts'
import { faultsIn, hostile, long, now, pingsIn } from './what-slack-refuses.ts'

const longAddress = `${'e'.repeat(64)}@${'acme.'.repeat(40)}test`
const novel: Document = Array.from({ length: 200 }, (_, i) => ({
  type: 'paragraph' as const,
  content: [{ type: 'text' as const, text: `${i} ${'word '.repeat(100)}` }],
}))
const other = (i: number) => ({
  id: `t${i}`,
  identifier: `SUP-${i}`,
  subject: hostile + long,
  status: 'awaiting_customer' as const,
  isClosed: i % 2 === 0,
})
const many = Array.from({ length: 300 }, (_, i) => other(i))
const full = aTicket({
  subject: hostile + long,
  customer: { id: 'c1', name: hostile + long, address: longAddress, company: long },
  status: 'snoozed',
  snoozedUntil: now,
  snoozedFor: 'either',
  relations: { parent: other(1), children: many, childCounts: { open: 4_000, closed: 6_000 }, links: many },
  splitFrom: { id: 't2', identifier: 'SUP-2' },
  pinned: Array.from({ length: 30 }, (_, i) => ({
    id: `m${i}`,
    text: hostile + long,
    color: 'red' as const,
    by: long,
  })),
})
const merged = aTicket({ ...full, mergedInto: { id: 't2', identifier: 'SUP-2' } })
const deleted = aTicket({ ...full, deletedBy: hostile })
const note = aMessage(hostile, {
  visibility: 'note',
  body: novel,
  author: { kind: 'agent', id: 'a1', name: hostile, address: null, handle: 'U0ANN', signature: '' },
  note: { color: 'purple', isPinned: true },
})
const mail = aMessage(hostile, {
  body: novel,
  author: { kind: 'stranger', id: null, name: hostile, address: longAddress, handle: null, signature: '' },
  inboundId: '0190a000-0000-7000-8000-00000000000a',
  matchedBy: long,
})
const team = (i: number) => ({ id: `team${i}`, name: hostile + long, place: 'C0' }) as TeamRow
const sender = (i: number) => ({ id: `s${i}`, address: longAddress }) as SenderRow
const teams = Array.from({ length: 200 }, (_, i) => team(i))
const senders = Array.from({ length: 200 }, (_, i) => sender(i))
const choice = { id: full.id, identifier: 'SUP-2', subject: hostile + long, customer: hostile + long, isClosed: true }
const outlook = {
  from: { identifier: 'SUP-1', customer: hostile + long, address: longAddress },
  into: { identifier: 'SUP-2', customer: hostile + long, address: longAddress },
  messages: 3,
  held: 2,
  isOtherCustomer: true,
}
const entry = (about: boolean) => ({
  id: `0190a000-0000-7000-8000-0000000000${about ? '11' : '12'}`,
  receivedAt: now,
  reason: long,
  about: about ? { from: hostile + long, subject: hostile + long, text: hostile + long } : null,
  from: about ? longAddress : null,
})

const modals: Record<string, ModalView> = {
  'what more can be done': moreView(full),
  'what more can be done with a merged one': moreView(merged),
  'the tickets around one': relationsForm(full),
  'a merge': mergeForm(full),
  'a merge of two customers': mergeForm(full, { option: ticketOption(choice), way: 'into_it', outlook, key: 'a b' }),
  'a move to a team': moveTeamForm(full, teams, null),
  'a move to a chosen team': moveTeamForm(full, teams, { team: team(3), senders, usual: sender(5) }),
  'a move to a team without a sender': moveTeamForm(full, teams, { team: team(3), senders: [], usual: null }),
  'a move where there is one team': moveTeamForm(full, [], null),
  'another customer': changeCustomerForm(full, { count: 2, address: longAddress }, null),
  'another customer, chosen': changeCustomerForm(full, { count: 1, address: longAddress }, hostile + long),
  'a split': splitForm(mail, full),
  'a move of a mail': moveMailForm(mail, full),
  'a snooze': snoozeForm(full),
  'a snooze of an internal one': snoozeForm(aTicket({ publishedAt: null })),
  'a note': noteForm(full, { ticketId: full.id, draft: full.id, rev: 0 }),
  'a change of a note': changeNoteForm(note, 'V0', full.id),
  'a change of a note from the thread': changeNoteForm({ ...note, fromThreadId: 'th1' }, null, full.id),
  notes: notesView(full, Array(20).fill(note)),
  'no notes': notesView(full, []),
  'closing with sub-tickets': closeForm(full),
  'the tray': trayView(
    [entry(true), entry(false)],
    [{ address: longAddress, count: 3, newestAt: now, reason: long, about: entry(true).about }],
    teams,
    100,
  ),
  'a move from the tray': moveEntryForm({ entryId: 'e1', trayId: 'V0' }),
}

describe('every modal is what Slack takes, and pings nobody', () => {
  test.each(Object.entries(modals))('%s', (_, view) => {
    expect(faultsInView(view, 'modal')).toEqual([])
    expect(pingsIn(view)).toEqual([])
  })
})

const post = (blocks: unknown[], text: string) => ({ blocks, text })
const posts = {
  'a card with all around it': ticketCard(full, now),
  'the card of a merged ticket': ticketCard(merged, now),
  'the card of a deleted ticket': ticketCard(deleted, now),
  'the card that another team has': movedCard(full, 'https://tulip.slack.com/archives/C0/p1'),
  'the card that another team has not posted yet': movedCard(full, null),
  'a note': deskMessage(note, full, now)[0] ?? post([], ''),
  'a stranger’s mail': deskMessage(mail, full, now)[0] ?? post([], ''),
  'a mail that was moved':
    deskMessage({ ...mail, moved: { id: 't9', identifier: 'SUP-9' } }, full, now)[0] ?? post([], ''),
  'the loop breaker': noticePost({
    ...{ id: 'n1', key: `flood:${longAddress}`, place: 'C0', text: hostile + long, over: null },
    ...{ attempts: 1, externalId: null, createdAt: now },
  }),
  'what would be forgotten': forgetPrompt({
    ...{ name: hostile + long, addresses: Array(30).fill(longAddress), tickets: 1, messages: 2, mails: 3, chats: 4 },
  }),
}

describe('every post is what Slack takes, and pings nobody', () => {
  test.each(Object.entries(posts))('%s', (_, shown) => {
    expect(faultsIn(shown, 8_000)).toEqual([])
  })

  test('of a mail that was moved says nothing of it, but where it is', () => {
    expect(JSON.stringify(posts['a mail that was moved'].blocks)).not.toContain('word')
    expect(JSON.stringify(posts['a mail that was moved'].blocks)).toContain('SUP-9')
  })
})
