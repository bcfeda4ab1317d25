import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compactCard } from '../../../src/channels/slack/views/tickets/compact.ts'
import { identifierIn, ticketUrl } from '../../../src/core/tickets/link.ts'
import type { MessageView } from '../../../src/sandbox/slack/types.ts'
import { aTicket } from '../../support/views.ts'
import { startWorld, type World } from '../../support/world.ts'
import { faultsIn, hostile } from './views/what-slack-refuses.ts'

const files = { publicUrl: 'https://overture.tulip.test/desk/' }
const link = 'https://overture.tulip.test/t/SUP-1'

describe('the link of a ticket', () => {
  it('is below the address at which we are reached, and read only there', () => {
    expect(ticketUrl(files, 'SUP-41')).toBe('https://overture.tulip.test/desk/t/SUP-41')
    expect(ticketUrl({ publicUrl: null }, 'SUP-41')).toBeNull()
    expect(identifierIn(files, 'https://overture.tulip.test/desk/t/sup-41?x=1#y')).toBe('SUP-41')
    for (const other of [
      'https://overture.tulip.test/t/SUP-41',
      'https://evil.test/desk/t/SUP-41',
      'https://overture.tulip.test.evil.test/desk/t/SUP-41',
      'https://overture.tulip.test/desk/t/SUP-41/files',
      'https://overture.tulip.test/desk/t/41',
      'no link',
    ])
      expect(identifierIn(files, other)).toBeNull()
    expect(identifierIn({ publicUrl: null }, link)).toBeNull()
  })

  it('shows a ticket in a way that Slack takes, whatever others wrote', () => {
    const ticket = aTicket({
      subject: hostile.repeat(20),
      customer: { ...aTicket().customer, name: hostile.repeat(9) },
    })
    expect(
      faultsIn({ text: 'x', ...compactCard(ticket, 'https://tulip.slack.com/archives/C1/p1') }, 2_000, []),
    ).toEqual(['<https://tulip.slack.com/archives/C1/p1|Open the thread>'])
    expect(compactCard(aTicket({ closedAt: 1, closeReason: 'Solved', status: 'closed' }), null).blocks).toHaveLength(2)
  })
})

describe('a message that links to a ticket', () => {
  let world: World
  let card: MessageView
  beforeAll(async () => {
    const manifest = readFileSync('manifest.yml', 'utf8').replace(
      'features:\n',
      'features:\n  unfurl_domains: [tulip.test]\n',
    )
    world = await startWorld({ env: { PUBLIC_URL: 'https://overture.tulip.test' }, slack: { manifest } })
    card = await world.openTicket()
    await world.settle()
  })
  afterAll(() => world.close())

  const shownAt = (m: MessageView) => JSON.stringify(world.slack.channel(m.channel).message(m.ts).attachments ?? [])
  const heard = () => world.slack.sent('event').filter(e => e.payload.event.type === 'link_shared')

  it('shows it below, also where Overture is no member, and twice the same is one', async () => {
    const { ann, slack } = world
    slack.faults.next('chat.unfurl', { kind: 'drop_response' }) // so that it is done once more
    const said = await ann.say({
      channel: 'general',
      text: `Look at <${link}> and <https://overture.tulip.test/t/SUP-99>`,
    })
    await slack.until(() => shownAt(said).includes('SUP-1 · Your order'))
    expect(shownAt(said)).toContain(`archives/${slack.channel('support').id}/p${card.ts.replace('.', '')}`)
    await slack.redeliver(heard().at(-1)?.id ?? '')
    await slack.until(() => slack.calls('chat.unfurl').length === 2)
    await world.settle()
    expect(slack.channel('general').message(said.ts).attachments).toHaveLength(1)
  })

  it('shows nothing to people of another organisation, nor in a channel that we cannot see', async () => {
    const { ann, slack } = world
    const before = heard().length
    const shared = await ann.say({ channel: 'acme-and-tulip', text: `See <${link}>` })
    const stranger = await slack.as('Carla').say({ channel: 'acme-and-tulip', text: `See <${link}>` })
    const hidden = await ann.say({ channel: 'escalations', text: `See <${link}>` })
    await slack.until(() => heard().length === before + 3)
    await world.settle()
    for (const said of [shared, stranger, hidden]) expect(shownAt(said)).not.toContain('Your order')
    expect(slack.calls('chat.unfurl')).toHaveLength(2)
  })

  it('leads a browser to the thread, and tells nothing else', async () => {
    const { overture } = world
    const open = (path: string) => fetch(`${overture.url}${path}`, { redirect: 'manual' })
    const found = await open('/t/sup-1')
    expect([found.status, found.headers.get('location')]).toEqual([
      302,
      `https://tulip.slack.com/archives/${world.slack.channel('support').id}/p${card.ts.replace('.', '')}`,
    ])
    expect(await found.text()).not.toContain('order')
    const none = await open('/t/SUP-99')
    expect([none.status, await none.text()]).toEqual([404, expect.stringContaining('There is no such ticket')])
  })
})
