import { expect, it } from 'vitest'
import { historyBlocks } from '../../../src/channels/slack/views/tickets/history.ts'
import type { EventRow } from '../../../src/db/schema.ts'

const told = (kind: string, before: object | null, after: object | null) => {
  const event: EventRow = {
    id: 'e',
    ticket_id: 't',
    kind,
    actor_kind: 'agent',
    actor_id: 'a',
    actor_name: 'Ann',
    before: before && JSON.stringify(before),
    after: after && JSON.stringify(after),
    at: 0,
  }
  const text = JSON.stringify(historyBlocks([event], new Map([['b', 'Ben']])))
  return /"text":" {2}(.*?)"/.exec(text)?.[1]
}

it('the history is told in words that people use', () => {
  expect(told('message_decided', { visibility: 'undecided' }, { visibility: 'note' })).toBe(
    'Ann kept a message as a note',
  )
  expect(told('message_decided', { visibility: 'note' }, { visibility: 'public' })).toBe(
    'Ann had a message sent to the customer',
  )
  expect(told('mail_bounced', null, { reason: 'No such user.' })).toBe('Ann had a mail returned (No such user.)')
  expect(told('reply_mode_changed', { reply_mode: null }, { reply_mode: 'direct' })).toBe(
    'Ann changed what happens to messages in this thread (from now on: Send what is written in a thread)',
  )
  expect(told('ticket_assigned', { assignee_id: null }, { assignee_id: 'b' })).toBe(
    'Ann assigned the ticket (assignee: Ben)',
  )
})
