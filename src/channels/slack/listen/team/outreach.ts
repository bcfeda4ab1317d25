import type { App, RespondFn, SlashCommand } from '@slack/bolt'
import type { KnownBlock } from '@slack/types'
import { setAvailability, setCapacity, whoIsFree } from '../../../../core/routing/availability.ts'
import type { Availability } from '../../../../db/schema.ts'
import { own } from '../../../../lib/own.ts'
import { Problem } from '../../../../lib/problem.ts'
import { nextTimeOfDay, zoneOrUtc } from '../../../../lib/zone.ts'
import type { Desk } from '../../desk.ts'
import { unlinked } from '../../mrkdwn.ts'
import { mrkdwn } from '../../views/blocks.ts'
import { ids } from '../../views/ids.ts'
import { outreachUsage, whoView } from '../../views/team/outreach.ts'
import { moment } from '../../views/words.ts'
import { exportTyped } from '../find/export.ts'
import { openImport } from '../people/import.ts'
import { openPersonAt } from '../people/people.ts'
import { admit } from '../show.ts'
import { onCommand } from '../showing-problems.ts'
import { openHistory } from '../tickets/history.ts'
import { askToForget } from './forget.ts'
import { openHooks } from './hooks.ts'
import { openKeys } from './keys.ts'
import { statsFor } from './stats.ts'
import { openTemplates } from './templates.ts'

/** `/outreach`: who is given tickets, said by themselves; figures, and what happened to a ticket. */
export function listenToOutreach(app: App, desk: Desk): void {
  app.command(
    ids.outreach,
    onCommand(desk, (command, respond) => onOutreach(desk, command, respond)),
  )
}

interface Shown {
  text: string
  blocks: KnownBlock[]
}

async function onOutreach(desk: Desk, command: SlashCommand, respond: RespondFn): Promise<void> {
  const [first = 'help', ...rest] = command.text.trim().split(/\s+/).filter(Boolean)
  const answer = own(subcommands, first.toLowerCase())
  const shown = answer ? await answer(desk, command.user_id, rest.join(' '), command) : outreachUsage(first)
  if (shown) await respond({ response_type: 'ephemeral', ...shown })
}

/** Those that open a form answer nothing. */
type Subcommand = (desk: Desk, user: string, rest: string, command: SlashCommand) => Promise<Shown | undefined>

/** All that can stand behind `/outreach`; the manifest hints at each. */
export const subcommands: Record<string, Subcommand> = {
  away: (desk, user, rest) => leave(desk, user, 'away', rest),
  offline: (desk, user, rest) => leave(desk, user, 'offline', rest),
  async back(desk, user) {
    await set(desk, user, 'online', null)
    return said('🟢 You are back: tickets are given to you again.')
  },
  async who(desk, user, rest, { trigger_id }) {
    await admit(desk, user)
    if (rest) return openPersonAt(desk, { trigger_id, user }, unlinked(rest))
    return whoView(await desk.store.read(q => whoIsFree(q, desk.store.now())))
  },
  async import(desk, user, _rest, { trigger_id }) {
    await openImport(desk, { trigger_id, user })
    return undefined
  },
  limit: (desk, user, rest) => limit(desk, user, rest),
  export: async (desk, user, rest) => said(await exportTyped(desk, user, rest)),
  forget: (desk, user, rest) => askToForget(desk, user, rest),
  stats: (desk, user, rest, { channel_id }) => statsFor(desk, user, channel_id, rest),
  async history(desk, user, rest, command) {
    await openHistory(desk, command, user, rest)
    return undefined
  },
  async template(desk, user, rest, { trigger_id }) {
    await openTemplates(desk, { trigger_id, user: { id: user } }, rest)
    return undefined
  },
  async webhooks(desk, user, _rest, { trigger_id }) {
    await openHooks(desk, { trigger_id }, user)
    return undefined
  },
  async keys(desk, user, _rest, { trigger_id }) {
    await openKeys(desk, { trigger_id, user })
    return undefined
  },
  help: async () => outreachUsage(null),
}

async function leave(desk: Desk, user: string, availability: 'away' | 'offline', typed: string): Promise<Shown> {
  const until = typed === '' ? null : await readUntil(desk, user, typed)
  await set(desk, user, availability, until)
  const when = until === null ? 'until you write `/outreach back`' : `until ${moment(until)}`
  return said(
    `${availability === 'away' ? '🟡 You are away' : '⚪ You are offline'} ${when}: no ticket is given to you.`,
  )
}

async function set(desk: Desk, user: string, availability: Availability, until: number | null): Promise<void> {
  const agent = await desk.people.agent(user)
  await desk.store.write(tx => setAvailability(tx, agent.id, availability, until))
}

const UNIT_MS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `30m`, `2 hours`, `1d`, `until 14:00` (in their own time zone). */
async function readUntil(desk: Desk, user: string, typed: string): Promise<number> {
  const now = desk.store.now()
  const span = /^(?:for\s+)?(\d{1,4})\s*(m|min|mins|minutes?|h|hours?|d|days?)$/i.exec(typed)
  if (span) return now + Number(span[1]) * (UNIT_MS[(span[2] as string)[0]?.toLowerCase() as string] as number)
  const clock = /^(?:until\s+|till\s+)?(\d{1,2})[:.](\d{2})$/i.exec(typed)
  const [hour, minute] = [Number(clock?.[1]), Number(clock?.[2])]
  if (!clock || hour > 23 || minute > 59)
    throw new Problem('invalid', 'Write it as 30m, 2h, 1d, or until 14:00.', 'until')
  const { zone } = await desk.people.profile(user)
  return nextTimeOfDay(now, `${hour}:${minute}`, zoneOrUtc(zone))
}

async function limit(desk: Desk, user: string, typed: string): Promise<Shown> {
  const isOff = /^(off|none)$/i.test(typed)
  if (!isOff && !/^\d+$/.test(typed))
    throw new Problem('invalid', 'Write a number, such as /outreach limit 5, or /outreach limit off.', 'capacity')
  const agent = await desk.people.agent(user)
  await desk.store.write(tx => setCapacity(tx, agent.id, isOff ? null : Number(typed)))
  return said(
    isOff
      ? 'As many tickets are given to you as your teams say.'
      : `No ticket is given to you while you have ${Number(typed)} open ones or more.`,
  )
}

function said(text: string): Shown {
  return { text, blocks: [mrkdwn(text)] }
}
