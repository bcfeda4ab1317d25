import type { Child } from '../child.ts'
import type { SomeCustomers } from '../list.ts'
import { expectAll, type Row } from '../row.ts'
import type { Listed, SideName } from '../side.ts'
import type { Counts } from '../sinks.ts'
import type { Round } from '../world.ts'

// Raw is plain nodemailer with a pool of as many connections, sending the same mail to the same people.

/** A chat to 10,000 customers, from the start to the last mail that the far side accepted. */
export const chat: Row = {
  lines: [
    { name: 'chat', work: 'chat to 10,000, mails a second', unit: '/s', bar: { atLeastTimesRaw: 0.8 } },
    { name: 'chat', work: 'chat to 10,000, CPU a mail', unit: 'ms', bar: null },
  ],
  async measure(side, world) {
    const warm = world.size(1_000, 300) // until the machine code is made
    const count = world.size(10_000, 2_000)
    return world.withFar(async round => {
      const desk = await startSide(round, side)
      await sendTo(desk, { first: 0, count: warm })
      await desk.ask('listChat', { first: warm, count })
      const before = await desk.ask<number>('cpu')
      const began = await desk.ask<number>('sendChat')
      await isOver(desk)
      const spent = (await desk.ask<number>('cpu')) - before
      const { lastMailAt } = await expectMails(round.far, warm + count)
      return [count / ((lastMailAt - began) / 1_000), spent / count]
    })
  },
}

/** From the press on *Stop*, in the middle of a chat at full speed, to the last mail that the far side accepted. */
export const chatStop: Row = {
  lines: [{ name: 'chat-stop', work: 'stop a chat, press to last mail', unit: 'ms', bar: { below: 2_000 } }],
  async measure(side, world) {
    const count = world.size(10_000, 3_000)
    return world.withFar(async round => {
      const desk = await startSide(round, side)
      await desk.ask('listChat', { first: 0, count })
      await desk.ask('sendChat')
      while ((await countsOf(round.far)).mails < count / 4) await rest(5)
      const pressed = await desk.ask<number>('stopChat')
      await rest(STILL_MS)
      const { mails, allMails, lastMailAt } = await countsOf(round.far)
      if (mails === count) throw new Error('All were out before it could be stopped.')
      expectAll({ twice: allMails - mails }, { twice: 0 })
      return [Math.max(0, lastMailAt - pressed)]
    })
  },
}

const STILL_MS = 3_000 // whatever comes after it is long over when nothing was seen for so long

/** A CSV of 100,000 rows, until each has been looked at; raw is the parser that reads it. */
export const chatList: Row = {
  lines: [
    { name: 'chat-list', work: 'list of 100,000, read and dry run', unit: 's', bar: { below: 20 } },
    { name: 'chat-list', work: 'list of 100,000, longest stall', unit: 'ms', bar: { below: 100 } },
  ],
  rounds: 1,
  async measure(side, world) {
    const count = world.size(100_000, 10_000)
    return world.withFar(async round => {
      const desk = await startSide(round, side)
      await desk.ask('listChat', { first: 0, count: 2_000 })
      const { ms, listed, stallMs } = await desk.ask<Listed>('listChat', { first: 2_000, count })
      expectAll({ listed }, { listed: count })
      return [ms / 1_000, stallMs]
    })
  },
}

/**
 * The most memory while a chat is sent to few and, after them, to many, in one process that has sent before: a fresh one
 * grows for some thousand mails, as Node with nodemailer alone does, and then no more.
 */
export const chatMemory: Row = {
  lines: [
    { name: 'chat-memory', work: 'chat to 1,000, peak memory over idle', unit: 'MB', bar: null },
    { name: 'chat-memory', work: 'chat to 100,000, peak memory over idle', unit: 'MB', bar: null },
    { name: 'chat-memory', work: 'chat to 100,000 beside 1,000, peak memory', unit: 'x', bar: { below: 1.2 } },
  ],
  rounds: 1,
  async measure(side, world) {
    const warm = world.size(10_000, 1_000) // until the database's cache and V8's heap are as large as they get
    const few = 1_000
    const many = world.size(100_000, 10_000)
    return world.withFar(async round => {
      const desk = await startSide(round, side)
      const idle = (await desk.ask<number>('rss')) / 1_000_000
      await sendTo(desk, { first: 0, count: warm })
      const small = await sendTo(desk, { first: warm, count: few })
      const large = await sendTo(desk, { first: warm + few, count: many })
      await expectMails(round.far, warm + few + many)
      return [small - idle, large - idle, large / small]
    })
  },
}

function startSide(round: Round, side: SideName): Promise<Child> {
  return round.start(side === 'ours' ? 'ours' : 'mailing', side)
}

/** Resolves once the chat is over, with the most memory that it took (MB). */
async function sendTo(desk: Child, customers: SomeCustomers): Promise<number> {
  await desk.ask('listChat', customers)
  await desk.ask('sendChat')
  return isOver(desk)
}

const LONGEST_MS = 20 * 60_000

async function isOver(desk: Child): Promise<number> {
  const late = Date.now() + LONGEST_MS
  while (!(await desk.ask<boolean>('isChatOver'))) {
    if (Date.now() > late) throw new Error('The chat did not come to its end.')
    await rest(50)
  }
  return (await desk.ask<{ peakMb: number }>('watched')).peakMb
}

async function expectMails(far: Child, wanted: number): Promise<Counts> {
  const counts = await countsOf(far)
  expectAll({ mails: counts.mails, allMails: counts.allMails }, { mails: wanted, allMails: wanted })
  return counts
}

function countsOf(far: Child): Promise<Counts> {
  return far.ask<Counts>('counts')
}

function rest(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
