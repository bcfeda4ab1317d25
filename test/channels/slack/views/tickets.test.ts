import { describe, expect, test } from 'vitest'
import { begunView } from '../../../../src/channels/slack/views/tickets/begun.ts'
import { messageDetails, settleView, ticketDetails } from '../../../../src/channels/slack/views/tickets/details.ts'
import { assignForm, closeForm, fixForm, statusForm } from '../../../../src/channels/slack/views/tickets/forms.ts'
import { moreView } from '../../../../src/channels/slack/views/tickets/more.ts'
import { noteForm } from '../../../../src/channels/slack/views/tickets/note.ts'
import {
  askPrompt,
  closePrompt,
  correctionPrompt,
  failedPrompt,
  heldPrompt,
  keptPrompt,
  overheardPrompt,
} from '../../../../src/channels/slack/views/tickets/prompts.ts'
import { remindersView, remindForm } from '../../../../src/channels/slack/views/tickets/remind.ts'
import { sendAsForm } from '../../../../src/channels/slack/views/tickets/send-as.ts'
import { SETTABLE } from '../../../../src/core/tickets/status.ts'
import type { EventRow } from '../../../../src/db/schema.ts'
import { longAddress, messages, others, refused, refusedView, tickets, writing } from './extremes.ts'
import { senderRow } from './rows.ts'
import { hostile, long, now } from './what-slack-refuses.ts'

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

const reminders = Array.from({ length: 20 }, (_, i) => ({
  ...{ id: `r${i}`, ticket_id: 't1', agent_id: 'a1', due_at: now, note: hostile, dedup_key: null, created_at: now },
  ...{ ended_at: null, ended_by: null, agent: hostile },
}))

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

describe('what opens from a card is what Slack takes, and pings nobody', () => {
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
      noteForm(view, { ticketId: view.id, draft: view.id, rev: 0 }),
      noteForm(view, { ticketId: view.id, draft: view.id, rev: 1 }, { templates: writing.templates, missing: hostile }),
      begunView(
        { kind: 'reply', ticketId: view.id, origin: null },
        {
          ...{ id: 'd1', about: { kind: 'reply', title: hostile, text: hostile }, isShared: true, isOwn: false },
          ...{ by: hostile, updatedAt: now },
        },
      ),
      moreView(view),
      remindForm(view, reminders, 'Europe/Berlin'),
      remindersView(view, reminders),
      remindersView(view, []),
      sendAsForm(view, [senderRow()], { address: longAddress, author: hostile }),
      sendAsForm(view, [], null),
      closeForm(view),
      assignForm(view),
      statusForm(view, SETTABLE),
      statusForm(
        view,
        SETTABLE,
        Array.from({ length: 100 }, (_, i) => ({ id: `own-${i}`, name: hostile.slice(0, 60) })),
      ),
      fixForm(view, 'm1', hostile, null),
      fixForm(view, 'm1', null, long),
    ]
    for (const modal of modals) expect(refusedView(modal)).toEqual([])
  })
})
