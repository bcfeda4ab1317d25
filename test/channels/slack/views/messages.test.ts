import { describe, expect, test } from 'vitest'
import { leftOutPost } from '../../../../src/channels/slack/views/files.ts'
import { ticketCard } from '../../../../src/channels/slack/views/tickets/card.ts'
import { messageDetails, settleView } from '../../../../src/channels/slack/views/tickets/details.ts'
import { deskMessage } from '../../../../src/channels/slack/views/tickets/message.ts'
import type { MessageView } from '../../../../src/core/view.ts'
import { faultsInBlocks } from '../../../../src/sandbox/slack/blocks/blocks.ts'
import { file, mail, message, messages, refused, ticket, tickets } from './extremes.ts'
import { hostile, now, wordsOn } from './what-slack-refuses.ts'

describe("a thread's posts are what Slack takes, and ping nobody", () => {
  test.each(Object.entries(messages))('%s', (_, view) => {
    for (const each of Object.values(tickets))
      for (const post of deskMessage(view, each, now)) {
        expect(refused(post)).toEqual([])
        expect(post.username?.length ?? 0).toBeLessThanOrEqual(80)
      }
  })
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
