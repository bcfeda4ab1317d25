import { describe, expect, test } from 'vitest'
import { ticketCard } from '../../../../src/channels/slack/views/tickets/card.ts'
import { mailWords } from '../../../../src/channels/slack/views/words.ts'
import type { TicketView } from '../../../../src/core/view.ts'
import { mail, message, refused, ticket, tickets } from './extremes.ts'
import { now, wordsOn } from './what-slack-refuses.ts'

describe('a card is what Slack takes, and pings nobody', () => {
  test.each(Object.entries(tickets))('%s', (_, view) => {
    expect(refused(ticketCard(view, now))).toEqual([])
  })
})

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

test('the state of a mail is told in words that leave no doubt about who has it', () => {
  const [base] = mail('queued', 'The mail server cannot take the mail at the moment.')
  const said = (changes: object) => mailWords({ ...(base as NonNullable<typeof base>), ...changes })
  expect(said({})).toContain('the first try did not succeed')
  expect(said({ lateAt: now })).toContain('Not delivered yet')
  expect(said({ uncertainAt: now })).toContain('Perhaps delivered')
  expect(said({ sentAt: now })).toContain('a copy waits')
  expect(said({ state: 'sent', sentAt: now })).toContain('^{date_short_pretty} {time}|')
  expect(said({ state: 'sent', sentAt: now, lateAt: now })).toContain('but not delivered yet')
})
