import { DateTime } from 'luxon'
import { tendAllClocks } from '../../core/sla/tend.ts'
import { sendDigests } from '../../core/stats/digest.ts'
import { addTag } from '../../core/tags/tags.ts'
import { chanceOf, oneOf } from '../mail/chance.ts'
import { SHOPS } from './customers.ts'
import { ZONE } from './hours.ts'
import type { AgentName } from './people.ts'
import { OURS, type Story, THEIRS } from './stories.ts'
import type { Talk, Town } from './town.ts'

const WEEKS = 4

/** When the story of the town begins (ms UTC). */
export function longAgo(): number {
  return today().minus({ weeks: WEEKS }).plus({ hours: 8 }).toMillis()
}

/** The Friday afternoon of two weeks ago (ms UTC). */
export function longFriday(): number {
  return today().minus({ weeks: 2 }).startOf('week').plus({ days: 4, hours: 17, minutes: 30 }).toMillis()
}

/**
 * The weekdays from one moment (ms UTC) until before another one, but no later than the day before yesterday: each with
 * its tickets, which are all closed in the end.
 */
export async function seedHistory(town: Town, from: number, to: number, seed: number): Promise<void> {
  const chance = chanceOf(seed)
  for (const day of weekdays(from, to)) {
    const lives: Step[][] = []
    for (let talks = 1 + Math.round(chance()); talks > 0; talks--) {
      const isOurs = chance() < 0.65
      const order = 1_004 + Math.floor(chance() * 40)
      const story = numbered(oneOf(isOurs ? OURS : THEIRS, chance), order)
      const { who } = oneOf(SHOPS.slice(2), chance) // Jane and Bob are met by visitors
      lives.push(lifeOf(town, { story, who, by: oneOf(['Ann', 'Ann', 'Ben'] as const, chance), isOurs, day, chance }))
    }
    await liveThrough(town, lives, day)
  }
}

function weekdays(from: number, to: number): DateTime[] {
  const days: DateTime[] = []
  const end = Math.min(to, today().minus({ days: 1 }).toMillis())
  let day = DateTime.fromMillis(from, { zone: ZONE }).startOf('day')
  while (day.toMillis() < end) {
    if (day.weekday < 6 && day.plus({ hours: 9 }).toMillis() > from) days.push(day)
    day = day.plus({ days: 1 })
  }
  return days
}

function today(): DateTime {
  return DateTime.now().setZone(ZONE).startOf('day')
}

interface Step {
  at: number // ms UTC
  work: () => Promise<unknown>
}

/** A day: what is told in the morning, and its conversations side by side, each a step further once all that the step before brought about is done. */
async function liveThrough({ world, settle }: Town, lives: Step[][], day: DateTime): Promise<void> {
  world.turnTo(day.plus({ hours: 9 }).toMillis())
  await sendDigests(world.overture.store)
  for (let i = 0; lives.some(life => life[i]); i++) {
    const steps = lives.flatMap(life => life[i] ?? []).toSorted((a, b) => a.at - b.at)
    for (const { at, work } of steps) {
      world.turnTo(at)
      await work()
    }
    await settle()
  }
  await tendAllClocks(world.overture.store)
}

interface Life {
  story: Story
  who: string
  by: AgentName
  isOurs: boolean
  day: DateTime
  chance: () => number
}

/** The steps of one conversation, within a day. One in six customers never answers. */
function lifeOf(town: Town, { story, who, by, isOurs, day, chance }: Life): Step[] {
  let talk: Talk
  let at = day.plus({ hours: 9, minutes: Math.round(chance() * 100) })
  const after = (minutes: number, work: Step['work']): Step => {
    at = at.plus({ minutes: Math.round(minutes * (0.4 + chance())) })
    return { at: at.toMillis(), work }
  }
  const hello = (text: string) => `Hello ${who.split(' ')[0]},\n\n${text}`
  const { subject, first, answer, thanks, tag } = story
  const begin = after(0, async () => {
    talk = isOurs
      ? await town.open('Support', by, who, { subject, text: hello(first) })
      : await town.comesIn('Support', who, { subject, text: `Hello,\n\n${first}` })
    if (tag) await town.write(tx => addTag(tx, talk.id, tag, town.actor(by)))
  })
  if (isOurs && chance() < 1 / 6) return [begin, after(400, () => talk.close(by, 'No answer.'))]
  const ours = async (text: string) => {
    await talk.take(by)
    await talk.say(by, text)
  }
  return [
    begin,
    after(chance() < 1 / 8 ? 330 : 150, () => (isOurs ? talk.hear(answer) : ours(hello(answer)))),
    after(45, async () => thanks && (isOurs ? ours(thanks) : talk.hear(thanks))),
    after(60, () => talk.close(by, 'Done.')),
  ]
}

function numbered(story: Story, order: number): Story {
  const fill = (text: string) => text.replaceAll('{order}', `T-${order}`)
  return { ...story, subject: fill(story.subject), first: fill(story.first) }
}
