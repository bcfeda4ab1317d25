import { describe, expect, test } from 'vitest'
import { initialText } from '../../../../src/channels/slack/views/excerpt.ts'
import {
  customerOptions,
  faultView,
  newTicketForm,
  noTeam,
  openedView,
} from '../../../../src/channels/slack/views/tickets/new-ticket.ts'
import { askPrompt, readToAll } from '../../../../src/channels/slack/views/tickets/prompts.ts'
import {
  addressChosen,
  copiesTicked,
  previewView,
  type ReplyForm,
  replyForm,
} from '../../../../src/channels/slack/views/tickets/reply.ts'
import { fromText } from '../../../../src/core/document.ts'
import type { TicketView } from '../../../../src/core/view.ts'
import { fresh, longAddress, message, novel, others, refusedView, rules, ticket, tickets, writing } from './extremes.ts'
import { ann, senderRow } from './rows.ts'
import { hostile, long, now, wordsOn } from './what-slack-refuses.ts'

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

const team = { id: 't1', name: long }

const general = { id: 'f1', name: 'General', priority: 'high' as const }

describe('the composer of an answer is what Slack takes, and pings nobody', () => {
  test.each(Object.entries(tickets))('%s', (_, view) => {
    const modals = [
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
    ]
    for (const modal of modals) expect(refusedView(modal)).toEqual([])
  })
})

describe('the form for a new ticket is what Slack takes, and pings nobody', () => {
  test.each(
    Object.entries({
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
      'no team': noTeam(),
      'an opened ticket': openedView({ identifier: 'SUP-1', email: true, isScheduled: true, place: 'C1' }),
      'a fault': faultView('New ticket', long.repeat(20), initialText(fromText('Hi'))),
    }),
  )('%s', (_, form) => {
    expect(refusedView(form)).toEqual([])
  })
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
