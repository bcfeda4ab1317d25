import { readPerson } from './address.ts'
import { chanceOf, oneOf } from './chance.ts'
import { ANSWERS } from './crowd-words.ts'
import { headerOf } from './habits.ts'
import type { Customer, Habit, Mail, MailWorld, QuoteStyle } from './types.ts'

/**
 * What one of a crowd does with a mail that went to many: `answers`; `answers-later` only the second one; `out-of-office`;
 * `refuses` and `full` at SMTP; `bounces`, which returns it; `unsubscribes` with one click; `complains`. All others read it
 * and say nothing.
 */
export type Deed =
  | 'answers'
  | 'answers-later'
  | 'out-of-office'
  | 'refuses'
  | 'full'
  | 'bounces'
  | 'unsubscribes'
  | 'complains'

export interface CrowdWays {
  /** Of the people, 0 to 1 for each deed; together at most 1. */
  shares: Partial<Record<Deed, number>>
  /** How long after the mail they do it, in milliseconds: from, to; at once when not given. */
  delays?: Partial<Record<Deed, readonly [number, number]>>
  /** The same seed is the same crowd. */
  seed: number
}

/** One of a crowd, and what they will do. */
export interface Member {
  name: string
  address: string
  deed: Deed | undefined // undefined: they say nothing
  afterMs: number
  words: string
  quote: QuoteStyle
}

export interface Crowd {
  readonly members: readonly Member[]
  /** Deeds that are still to be done for mails that have come. */
  readonly due: number
  /** Nobody does anything more. */
  stop(): void
}

/**
 * Gives these people (`Name <address>`) lives of their own: each does their deed with mails that went to many, which are
 * those that one can unsubscribe from. What is written to one of them alone waits for a hand, as does whoever is given
 * another habit, or has answered already.
 */
export function startCrowd(world: MailWorld, people: string[], ways: CrowdWays): Crowd {
  const members = planCrowd(people, ways)
  const byAddress = new Map(members.map(member => [member.address, member]))
  const timers = new Set<NodeJS.Timeout>()
  for (const { name, address, deed } of members)
    world.customer(`${name} <${address}>`).does((deed && HABITS[deed]) ?? 'reads')

  function plan(member: Member, mail: Mail): void {
    const timer = setTimeout(() => {
      timers.delete(timer)
      const customer = world.customer(member.address)
      // nobody is there to hear that it failed, such as a desk that is away for too long
      if (isUntouched(customer, mail)) void act(customer, member, mail).catch(() => {})
    }, member.afterMs).unref()
    timers.add(timer)
  }

  const ignore = world.onChange(change => {
    if (change.kind !== 'mail' || change.direction !== 'received') return
    const member = byAddress.get(change.mailbox)
    const mail = member?.deed && world.mail(change.mail)
    if (member && mail && isForMany(mail)) plan(member, mail)
  })

  return {
    members,
    get due() {
      return timers.size
    },
    stop() {
      ignore()
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
    },
  }
}

/** Who does what, and when: the same for the same people, shares, delays and seed. */
export function planCrowd(people: string[], { shares, delays = {}, seed }: CrowdWays): Member[] {
  const chance = chanceOf(seed)
  const deeds = spread(people.length, shares, chance)
  return people.map((person, i) => {
    const deed = deeds[i]
    const [from, to] = (deed && delays[deed]) ?? [0, 0]
    return {
      ...readPerson(person),
      deed,
      afterMs: Math.round(from + (to - from) * chance() ** 2), // most are soon
      words: oneOf(ANSWERS, chance),
      quote: oneOf(QUOTES, chance),
    }
  })
}

const QUOTES: QuoteStyle[] = ['gmail', 'outlook', 'apple']

/**
 * Each deed as often as its share says, and evenly over the list with a little chance: the shares are about right for the
 * first fifty already, as those who watch a chat for its bounces expect.
 */
function spread(size: number, shares: CrowdWays['shares'], chance: () => number): (Deed | undefined)[] {
  const places = Object.entries(shares).flatMap(([deed, share]) => {
    const count = Math.round(size * share)
    return Array.from({ length: count }, (_, i) => ({
      deed: deed as Deed,
      at: Math.floor(((i + 0.25 + chance() / 2) / count) * size),
    }))
  })
  if (places.length > size) throw new Error('The shares of a crowd are more than all of it.')
  const deeds: (Deed | undefined)[] = new Array(size).fill(undefined)
  for (const { deed, at } of places) deeds[freeFrom(deeds, at)] = deed
  return deeds
}

function freeFrom(deeds: (Deed | undefined)[], at: number): number {
  for (let step = 0; ; step++) {
    const place = (at + step) % deeds.length
    if (deeds[place] === undefined) return place
  }
}

/** What the server of a mailbox does, it does by itself; all else we do in its owner's place. */
const HABITS: Partial<Record<Deed, Habit>> = { refuses: 'refuses', full: 'full' }

function isForMany(mail: Mail): boolean {
  return headerOf(mail, 'list-unsubscribe') !== ''
}

function isUntouched({ habit, sent }: Customer, mail: Mail): boolean {
  return habit === 'reads' && !sent.some(own => own.inReplyTo === mail.messageId)
}

async function act(customer: Customer, { deed, words, quote }: Member, mail: Mail): Promise<void> {
  const answer = () => customer.reply(mail, { text: `${words}\n\n${customer.name}`, quote })
  if (deed === 'answers') await answer()
  if (deed === 'answers-later' && customer.inbox.filter(isForMany).indexOf(mail) > 0) await answer()
  if (deed === 'out-of-office') await customer.away(mail)
  if (deed === 'bounces') await customer.bounce(mail)
  if (deed === 'unsubscribes') await customer.unsubscribe(mail)
  if (deed === 'complains') await customer.complain(mail)
}
