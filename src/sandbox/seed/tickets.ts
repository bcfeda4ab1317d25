import { DateTime } from 'luxon'
import { clockFor, readMoment } from '../../core/schedule/moment.ts'
import { tendAllClocks } from '../../core/sla/tend.ts'
import { addTag } from '../../core/tags/tags.ts'
import { mergeTickets } from '../../core/tickets/merge.ts'
import { setParent } from '../../core/tickets/relations.ts'
import { remindAgent } from '../../core/tickets/remind.ts'
import { snoozeTicket } from '../../core/tickets/snooze.ts'
import { SHOPS } from './customers.ts'
import type { Talk, Town } from './town.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** The tickets of yesterday and today, one in each state in which a ticket can be. */
export async function seedTickets(town: Town): Promise<void> {
  const begin = Date.now()
  const { world } = town
  const ago = async (ms: number) => {
    await town.settle()
    world.turnTo(begin - ms)
  }
  await ago(27 * HOUR_MS)
  await waiting(town)
  await ago(26 * HOUR_MS)
  await inProgress(town)
  await ago(25 * HOUR_MS)
  await snoozed(town)
  await ago(24 * HOUR_MS)
  const [twice, again] = await writtenTwice(town)
  await ago(8 * HOUR_MS)
  await merge(town, twice, again)
  await drafted(town)
  await ago(6 * HOUR_MS)
  const stranger = await fromAColleague(town)
  const fresh = await answered(town)
  await ago(5 * HOUR_MS)
  await scheduled(town)
  await ago(4 * HOUR_MS)
  await lorry(town)
  await ago(3 * HOUR_MS)
  const overdue = await town.comesIn('Dispatch', who('Grace'), {
    subject: 'No flowers at our stage',
    text: 'Hello,\n\nour stage is built and there are no flowers. When will your lorry be here?',
  })
  await overdue.take('Fay')
  await ago(105 * MINUTE_MS)
  const near = await town.comesIn('Dispatch', who('Nora'), {
    subject: 'Can the driver ring before he comes?',
    text: 'Hello,\n\nour gate is closed tomorrow morning. Could your driver ring me ten minutes before?',
  })
  await near.take('Fay')
  await ago(50 * MINUTE_MS)
  await tendAllClocks(world.overture.store)
  await fresh.hear('Blue and white would be lovely. How many are in a box?')
  await stranger.hear('Hello Ben,\n\nHugo is on holiday, I look after the orders this week. Friday is fine.', {
    from: 'Kim Dahl <kim@bergpark.test>',
  })
  await ago(10 * MINUTE_MS)
  await tendAllClocks(world.overture.store)
  await town.settle()
}

async function waiting(town: Town): Promise<void> {
  const talk = await town.open('Support', 'Ben', who('Nora'), {
    subject: 'Your bulbs are packed',
    text: 'Hello Nora,\n\nyour bulbs (T-1061) are packed. On which day may we bring it?',
  })
  await town.write(tx =>
    remindAgent(
      tx,
      talk.id,
      { dueAt: Date.now() + 2 * DAY_MS, note: 'Ring her when she has not answered.' },
      town.agents.Ben,
    ),
  )
}

async function inProgress(town: Town): Promise<void> {
  const talk = await town.comesIn('Support', who('Marco'), {
    subject: 'Bulbs do not sprout',
    text: 'Hello,\n\na third of the hyacinths of T-1048 have not sprouted. The others are beautiful. What shall we do?',
  })
  await talk.take('Ann')
  await town.write(tx => addTag(tx, talk.id, 'Quality', town.actor('Ann')))
  await talk.note('Ben', 'Lot 88-B: two other shops wrote about it. Replace without asking.', {
    color: 'yellow',
    isPinned: true,
  })
}

async function snoozed(town: Town): Promise<void> {
  const talk = await town.open('Support', 'Ann', who('Aya'), {
    subject: 'Shall we reserve the black tulips?',
    text: 'Hello Aya,\n\nthe black tulips are few this year. Shall we reserve forty for you, as last spring?',
  })
  await town.settle()
  await talk.hear('We decide when our boss is back on Monday. Please keep them for us until then.')
  const until = DateTime.now()
    .setZone('Europe/Amsterdam')
    .plus({ weeks: 1 })
    .startOf('week')
    .plus({ hours: 9 })
    .toMillis()
  await town.write(async tx => {
    await addTag(tx, talk.id, 'Early bird', town.actor('Ann'))
    await snoozeTicket(tx, talk.id, { until, untilAnswer: true }, town.actor('Ann'))
  })
}

async function writtenTwice(town: Town): Promise<[Talk, Talk]> {
  const first = await town.comesIn('Support', who('Tom'), {
    subject: 'Where is T-1058?',
    text: 'Hello,\n\nT-1058 should have been here this morning. Do you know more?',
  })
  const second = await town.comesIn('Support', who('Tom'), {
    subject: 'Still no lorry',
    text: 'Hello again,\n\nit is noon, and still no lorry. Please ring me.',
  })
  return [first, second]
}

async function merge(town: Town, into: Talk, from: Talk): Promise<void> {
  await town.write(async tx => {
    await addTag(tx, into.id, 'Late', town.actor('Ben'))
    await mergeTickets(tx, from.id, into.id, town.actor('Ben'))
  })
  await into.take('Ben')
  await into.say('Ben', 'Hello Tom,\n\nit stands in a jam near Utrecht and will be with you by two. We are sorry.')
}

async function drafted(town: Town): Promise<void> {
  const talk = await town.comesIn('Support', who('Lucie'), {
    subject: 'Which bulbs for shade?',
    text: 'Hello,\n\nour shop looks north. Which of your bulbs do well without sun?',
  })
  await talk.say(
    'Dora',
    'Hello Lucie,\n\nsnowdrops and winter aconites love it there. Shall I send you ten of each to try?',
  )
}

function fromAColleague(town: Town): Promise<Talk> {
  return town.open('Support', 'Ben', who('Hugo'), {
    subject: 'Your first order: which day?',
    text: 'Hello Hugo,\n\nwelcome! Your first order (T-1066) is ready. May we bring it on Friday?',
  })
}

function answered(town: Town): Promise<Talk> {
  return town.open('Support', 'Ann', who('Sofia'), {
    subject: 'Which colours for your windows?',
    text: 'Hello Sofia,\n\nwe have blue, white and yellow hyacinths for your windows. Which would you like?',
  })
}

/** Its mail waits until nine in the morning. */
async function scheduled(town: Town): Promise<void> {
  const { Support } = town.teams
  const { store } = town.world.overture
  const clock = await store.read(q => clockFor(q, null, Support.id))
  const day = DateTime.now().setZone(clock.zone).plus({ days: 1 }).toFormat('yyyy-MM-dd')
  const at = readMoment({ date: day, time: '09:00' }, clock.zone, store.now())
  await town.open(
    'Support',
    'Ann',
    who('Mia'),
    {
      subject: 'Flowers for your gala',
      text: 'Hello Mia,\n\nthe white roses for your gala leave us this morning, and are with you at noon.',
    },
    { schedule: { at, zone: clock.zone, unlessAnswered: true } },
  )
}

/** One trouble, and a ticket below it for each customer whom it concerns. */
async function lorry(town: Town): Promise<void> {
  const parent = await town.open(
    'Dispatch',
    'Fay',
    who('Piet'),
    {
      subject: 'Lorry 2 is in the workshop',
      text: 'Its brakes. Back tomorrow at six; its boxes go with lorry 4 at noon.',
    },
    { email: false, priority: 'high' },
  )
  for (const name of ['Piet', 'Ivan']) {
    const talk = await town.open('Dispatch', 'Fay', who(name), {
      subject: 'Your delivery comes at noon',
      text: `Hello ${name},\n\none of our lorries stands still, so your boxes come at noon instead of nine. Is somebody there?`,
    })
    await town.write(tx => setParent(tx, talk.id, parent.id, town.actor('Fay')))
  }
}

/** The customer of this first name. */
function who(name: string): string {
  const found = SHOPS.find(s => s.who.startsWith(`${name} `))
  if (!found) throw new Error(`Nobody in the town is called ${name}.`)
  return found.who
}
