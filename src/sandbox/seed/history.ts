import { DateTime } from 'luxon'
import { tendAllClocks } from '../../core/sla/tend.ts'
import { addTag } from '../../core/tags/tags.ts'
import { chanceOf, oneOf } from '../mail/chance.ts'
import { SHOPS } from './customers.ts'
import { ZONE } from './hours.ts'
import type { AgentName } from './people.ts'
import { OURS, type Story, THEIRS } from './stories.ts'
import type { Talk, Town } from './town.ts'

const WEEKS = 4
const DAY_MS = 86_400_000

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
export async function seedHistory(town: Town, from: number, to: number): Promise<void> {
  const chance = chanceOf(Math.floor(from / DAY_MS))
  for (const day of weekdays(from, to)) {
    const todo: Doing[] = []
    for (let talks = 1 + Math.round(chance()); talks > 0; talks--) {
      const isOurs = chance() < 0.65
      const order = 1_004 + Math.floor(chance() * 40)
      const story = numbered(oneOf(isOurs ? OURS : THEIRS, chance), order)
      const { who } = oneOf(SHOPS.slice(2), chance) // Jane and Bob are met by visitors
      todo.push(...lives(town, { story, who, by: oneOf(['Ann', 'Ann', 'Ben'] as const, chance), isOurs, day, chance }))
    }
    await doInTurn(town, todo)
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

interface Doing {
  at: number // ms UTC
  work: () => Promise<unknown>
}

/** Each thing at its time, and what it brings about before the next. */
async function doInTurn(town: Town, todo: Doing[]): Promise<void> {
  for (const { at, work } of todo.toSorted((a, b) => a.at - b.at)) {
    town.world.turnTo(at)
    await work()
    await town.settle()
  }
  await tendAllClocks(town.world.overture.store)
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
function lives(town: Town, { story, who, by, isOurs, day, chance }: Life): Doing[] {
  const first = who.split(' ')[0]
  let talk: Talk
  let at = day.plus({ hours: 9, minutes: Math.round(chance() * 100) })
  const later = (minutes: number) => {
    at = at.plus({ minutes: Math.round(minutes * (0.4 + chance())) })
    return at.toMillis()
  }
  const hello = (text: string) => `Hello ${first},\n\n${text}`
  const begin: Doing = {
    at: at.toMillis(),
    work: async () => {
      const { subject } = story
      talk = isOurs
        ? await town.open('Support', by, who, { subject, text: hello(story.first) })
        : await town.comesIn('Support', who, { subject, text: `Hello,\n\n${story.first}` })
      if (story.tag) await town.write(tx => addTag(tx, talk.id, story.tag as string, town.actor(by)))
    },
  }
  const take: Doing = { at: later(20), work: () => talk.take(by) }
  if (isOurs && chance() < 1 / 6)
    return [begin, { at: day.plus({ hours: 16, minutes: 40 }).toMillis(), work: () => talk.close(by, 'No answer.') }]
  const answer: Doing = {
    at: later(150),
    work: () => (isOurs ? talk.hear(story.answer) : talk.say(by, hello(story.answer))),
  }
  const thanks: Doing = {
    at: later(45),
    work: async () => story.thanks && (isOurs ? talk.say(by, story.thanks) : talk.hear(story.thanks)),
  }
  const close: Doing = { at: later(60), work: () => talk.close(by, 'Done.') }
  return [begin, ...(isOurs ? [] : [take]), answer, thanks, close]
}

function numbered(story: Story, order: number): Story {
  const fill = (text: string) => text.replaceAll('{order}', `T-${order}`)
  return { ...story, subject: fill(story.subject), first: fill(story.first) }
}
