import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import nodemailer from 'nodemailer'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Crowd, type CrowdWays, planCrowd, startCrowd } from '../../../src/sandbox/mail/crowd.ts'
import type { MailWorld } from '../../../src/sandbox/mail/types.ts'
import { startMail } from '../../../src/sandbox/mail/world.ts'

const people = (n: number) => Array.from({ length: n }, (_, i) => `Person ${i} <p${i}@acme.test>`)
const SHARES = {
  answers: 0.2,
  'out-of-office': 0.05,
  refuses: 0.01,
  full: 0.01,
  bounces: 0.01,
  unsubscribes: 0.02,
  complains: 0.005,
}

describe('the plan of a crowd', () => {
  const ways: CrowdWays = { shares: SHARES, delays: { answers: [2_000, 60_000] }, seed: 7 }
  const plan = planCrowd(people(200), ways)

  it('is the same for the same seed, and another for another', () => {
    expect(planCrowd(people(200), ways)).toEqual(plan)
    expect(planCrowd(people(200), { ...ways, seed: 8 })).not.toEqual(plan)
  })

  it('has each deed as often as its share says', () => {
    const count = (deed: string | undefined) => plan.filter(m => m.deed === deed).length
    expect(Object.keys(SHARES).map(count)).toEqual([40, 10, 2, 2, 2, 4, 1])
    expect(count(undefined)).toBe(139)
  })

  it('spreads bounces so evenly that no beginning of the list looks like a bad one', () => {
    const worst = Array.from({ length: 200 }, (_, seed) => {
      const deeds = planCrowd(people(200), { ...ways, seed }).map(m => m.deed)
      const share = (n: number) => deeds.slice(0, n).filter(d => d === 'refuses').length / n
      return Math.max(...deeds.slice(20).map((_, i) => share(i + 20)))
    })
    expect(Math.max(...worst)).toBeLessThanOrEqual(0.05)
  })

  it('has answers after a while within the bounds, most of them soon', () => {
    const after = plan.flatMap(m => (m.deed === 'answers' ? [m.afterMs] : [])).sort((a, b) => a - b)
    expect(after[0]).toBeGreaterThanOrEqual(2_000)
    expect(after.at(-1)).toBeLessThanOrEqual(60_000)
    expect(after[20]).toBeLessThan(31_000)
  })

  it('refuses shares that are more than all', () => {
    expect(() => planCrowd(people(10), { shares: { answers: 0.7, bounces: 0.5 }, seed: 1 })).toThrow('more than all')
  })
})

describe('a crowd', () => {
  let world: MailWorld
  let desk: { raw: string; from: string }[]
  let crowd: Crowd | undefined
  let web: Server
  let posted: string[]

  beforeEach(async () => {
    desk = []
    posted = []
    world = await startMail({ desk: (raw, { from }) => void desk.push({ raw: raw.toString(), from }) })
    web = createServer((request, response) => {
      let body = ''
      request.on('data', bytes => {
        body += bytes
      })
      request.on('end', () => {
        posted.push(`${request.method} ${request.url} ${body}`)
        response.end()
      })
    })
    await new Promise<void>(resolve => web.listen(0, '127.0.0.1', resolve))
  })

  afterEach(async () => {
    crowd?.stop()
    web.close()
    await world.close()
  })

  /** A mail to each; those whom the server refuses come back. */
  async function mailAll(to: string[], more: object = {}): Promise<string[]> {
    const door = nodemailer.createTransport({ url: world.smtpUrl, pool: true })
    const { port } = web.address() as AddressInfo
    const refused: string[] = []
    for (const address of to) {
      const headers = {
        'List-Unsubscribe': `<http://127.0.0.1:${port}/unsubscribe/${address}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        Precedence: 'bulk',
      }
      const mail = { from: 'support@tulip.test', to: address, subject: 'News', text: 'Hello', headers, ...more }
      await door.sendMail(mail).catch(() => refused.push(address))
    }
    door.close()
    return refused
  }

  const everyDeed = (deeds: CrowdWays['shares'], n: number) => {
    crowd = startCrowd(world, people(n), { shares: deeds, seed: 1 })
    return new Map(crowd.members.map(m => [m.deed, m.address]))
  }

  it('answers, bounces, is away, unsubscribes, complains and says nothing, each as planned', async () => {
    const share = 1 / 8
    const who = everyDeed(
      {
        answers: share,
        refuses: share,
        full: share,
        'out-of-office': share,
        bounces: share,
        unsubscribes: share,
        complains: share,
      },
      8,
    )
    const refused = await mailAll([...who.values()])
    expect(refused.sort()).toEqual([who.get('refuses'), who.get('full')].sort())
    await world.until(() => desk.length === 4 && posted.length === 1)
    const by = (part: string) => desk.filter(m => m.raw.includes(part)).length
    expect(by(`From: ${world.customer(who.get('answers') ?? '').name}`)).toBe(1)
    expect(by('Automatic reply: News')).toBe(1)
    expect(by(`Final-Recipient: rfc822; ${who.get('bounces')}`)).toBe(1)
    expect(by('Feedback-Type: abuse')).toBe(1)
    expect(posted).toEqual([`POST /unsubscribe/${who.get('unsubscribes')} List-Unsubscribe=One-Click`])
    expect(world.customer(who.get(undefined) ?? '').sent).toEqual([])
  })

  it('answers a second mail only where it is planned so', async () => {
    const later = everyDeed({ 'answers-later': 1 }, 1).get('answers-later') ?? ''
    await mailAll([later])
    await world.until(() => crowd?.due === 0)
    expect(desk).toEqual([])
    await mailAll([later])
    await world.until(() => desk.length === 1)
  })

  it('leaves to a hand what was written to one alone, and whoever was given another habit', async () => {
    const who = everyDeed({ answers: 1 }, 2)
    await mailAll(['p0@acme.test'], { headers: {} })
    world.customer('p1@acme.test').does('slow', { delayMs: 0 })
    await mailAll(['p1@acme.test'])
    await world.until(() => crowd?.due === 0)
    expect(who.size).toBe(1)
    expect(desk).toEqual([])
  })

  it('never reaches out of this machine', async () => {
    const jane = world.customer('jane@acme.test')
    const headers = {
      'List-Unsubscribe': '<https://example.com/leave>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    }
    await mailAll(['jane@acme.test'], { headers })
    await expect(jane.unsubscribe(jane.latest())).rejects.toThrow('The sandbox does not reach out to example.com.')
    await mailAll(['jane@acme.test'], { headers: {} })
    await expect(jane.unsubscribe(jane.latest())).rejects.toThrow('no way to unsubscribe')
  })
})
