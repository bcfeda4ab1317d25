import { agentByHandle } from '../core/agents.ts'
import { chatRulesOf, setChatRules } from '../core/chats/rules.ts'
import { saveSegment } from '../core/chats/segments.ts'
import { customerFor, learnFacts } from '../core/customers.ts'
import { teams } from '../core/teams.ts'
import { type Crowd, type CrowdWays, startCrowd } from './mail/crowd.ts'
import { trialCustomers } from './townspeople.ts'
import type { World } from './world.ts'

export const SEGMENT = 'Trial customers'

/**
 * About a sixth answers within a minute or so; what goes wrong is little enough for a chat to go on. No mailbox is full: a
 * chat waits hours for one.
 */
const USUAL_WAYS: CrowdWays = {
  shares: {
    answers: 0.14,
    'answers-later': 0.05,
    'out-of-office': 0.06,
    refuses: 0.02,
    bounces: 0.01,
    unsubscribes: 0.02,
    complains: 0.005,
  },
  delays: {
    answers: [4_000, 80_000],
    'answers-later': [4_000, 40_000],
    'out-of-office': [500, 5_000],
    bounces: [2_000, 15_000],
    unsubscribes: [6_000, 60_000],
    complains: [45_000, 90_000], // by then the chat is out: one complaint would pause it
  },
  seed: 7,
}

/** So many people who try the product out: known to Overture as a segment, with mailboxes, and lives of their own. */
export async function seedTrial(world: World, count: number, ways: CrowdWays = USUAL_WAYS): Promise<Crowd> {
  const people = trialCustomers(count)
  await world.overture.store.write(async tx => {
    for (const { name, address, fields } of people) {
      const { id } = await customerFor(tx, address, name)
      await learnFacts(tx, id, { tags: ['trial'], fields })
    }
    const [team] = await teams(tx.q)
    const ann = await agentByHandle(tx.q, world.slack.as('Ann').id)
    if (!team || !ann) throw new Error('The demo has no team, or nobody in it.')
    await saveSegment(tx, { name: SEGMENT, filter: { tags: ['trial'] }, agent: ann })
    // whoever tries it out does so at any hour, more than once, and alone
    const eased = { quietHours: null, capDays: 0, approvalOver: 1_000 }
    await setChatRules(tx, team.id, { ...chatRulesOf(team), ...eased })
  })
  return startCrowd(
    world.mail,
    people.map(({ name, address }) => `${name} <${address}>`),
    ways,
  )
}
