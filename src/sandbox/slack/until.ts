import { setTimeout as wait } from 'node:timers/promises'
import { modalsOf } from './views.ts'
import type { World } from './world.ts'

const EVERY_MS = 8

/** Polls until the check gives something truthy; throws with the state of the workspace when it is too late. */
export async function until<T>(world: World, check: () => T | Promise<T>, timeoutMs: number): Promise<NonNullable<T>> {
  const end = Date.now() + timeoutMs
  for (;;) {
    const found = await check()
    if (found) return found as NonNullable<T>
    if (Date.now() > end) throw new Error(`Nothing came within ${timeoutMs} ms.\n${describe(world)}`)
    await wait(EVERY_MS)
  }
}

/** The workspace in a few lines: the newest messages, what is open, the newest calls and what was not acknowledged. */
function describe(world: World): string {
  const lines: string[] = []
  for (const channel of world.channels.values())
    for (const m of [...channel.messages.values()].slice(-6))
      lines.push(
        `#${channel.name} ${m.ts}${m.thread_ts ? ` in ${m.thread_ts}` : ''} ${m.user ?? m.username}: ${short(m.text)}`,
      )
  for (const user of world.users.values())
    for (const view of modalsOf(world, user.id))
      lines.push(`${user.name} has open: ${view.given.title.text} ${short(JSON.stringify(view.errors))}`)
  for (const e of [...world.ephemerals.values()].slice(-4)) lines.push(`only ${e.user} sees: ${short(e.text)}`)
  for (const n of world.notices.slice(-4)) lines.push(`${n.user} was told: ${n.text}`)
  for (const c of world.calls.slice(-8))
    lines.push(`call ${c.method} ${c.ok ? 'ok' : `${c.error} ${short(JSON.stringify(c.response))}`}`)
  for (const s of world.courier.log.filter(s => s.ackedAt === undefined).slice(-4))
    lines.push(
      `not acknowledged: ${s.kind} ${s.payload.event?.type ?? s.payload.type ?? s.payload.command} after ${s.attempts}`,
    )
  return lines.join('\n')
}

function short(text: string): string {
  return text.length > 160 ? `${text.slice(0, 160)}…` : text
}
