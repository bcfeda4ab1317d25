import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { killAll } from './child.ts'
import type { Row } from './row.ts'
import { act } from './rows/act.ts'
import { inbound } from './rows/answer.ts'
import { api, apiList } from './rows/api.ts'
import { chat, chatList, chatMemory, chatStop } from './rows/chat.ts'
import { command } from './rows/command.ts'
import { delay } from './rows/delay.ts'
import { find } from './rows/find.ts'
import { idle } from './rows/idle.ts'
import { read } from './rows/read.ts'
import { start } from './rows/start.ts'
import { ticket } from './rows/ticket.ts'
import { type Result, tableOf, verdictOf } from './table.ts'
import { createWorld, type World } from './world.ts'

const ROWS: Row[] = [
  ticket,
  inbound,
  read,
  delay,
  command,
  act,
  find,
  idle,
  start,
  chat,
  chatStop,
  chatList,
  chatMemory,
  api,
  apiList,
]

/** What runs in a process of its own. */
const PROGRAMS = [
  'assembly',
  'assembly-command',
  'bare',
  'bare-bolt',
  'bare-http',
  'finding',
  'mailing',
  'ours',
  'reading',
  'seed',
  'sinks',
  'start',
]

const USAGE = `npm run bench -- [options]

Measures Overture beside a small program out of the same bare libraries, in turn, on this machine.

  --only NAME      one row: ${ROWS.map(r => r.lines[0].name).join(', ')} (may be given several times)
  --rounds N       how often each row runs (3); the medians are told
  --quick          less work and one round
  --tickets N      in the database of the rows that need many (10000)
  --json FILE      the table for machines
  --profile DIR    a CPU profile of each run
`

const LONGEST_MS = 45 * 60_000

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    tickets: { type: 'string', default: '10000' },
    json: { type: 'string' },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) console.log(USAGE)
else await bench()

async function bench(): Promise<void> {
  const rows = ROWS.filter(row => !values.only || values.only.includes(row.lines[0].name))
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 3))
  if (!rows.length || !Number.isInteger(rounds) || rounds < 1) return fail(USAGE)

  const root = fileURLToPath(new URL('..', import.meta.url))
  const compiled = compile(root)
  if (!compiled) return fail('It does not compile, so there is nothing to measure.')
  const world = createWorld(compiled, scratchFolder(root), {
    quick: values.quick,
    tickets: Number(values.tickets),
    profile: values.profile ?? null,
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end(world, `Ended by ${signal}.`))
  const late = setTimeout(() => end(world, 'It took too long and was ended.'), LONGEST_MS)
  try {
    const results: Result[] = []
    for (const row of rows) results.push(...(await measure(row, world, rounds)))
    tell(results, rounds)
  } finally {
    clearTimeout(late)
    killAll()
    world.close()
  }
}

/** What is measured is built as what `npm start` runs is; so are the raw parts. */
function compile(root: string): string | null {
  const built = join(root, 'dist/bench')
  const programs = PROGRAMS.map(name => `bench/${name}.ts`)
  const { status } = spawnSync(join(root, 'node_modules/.bin/tsx'), ['build.ts', built, ...programs], {
    cwd: root,
    stdio: 'inherit',
  })
  return status === 0 ? built : null
}

/** Beside the code, since a commit on a memory disk costs nothing. */
function scratchFolder(root: string): string {
  const folder = join(root, 'data')
  mkdirSync(folder, { recursive: true })
  return folder
}

/** Ours and the raw parts in turn, so that what else the machine does hits both. */
async function measure(row: Row, world: World, rounds: number): Promise<Result[]> {
  const results = row.lines.map((line): Result => ({ line, ours: [], raw: [], fault: null }))
  try {
    await row.prepare?.(world)
    const enough = Math.min(rounds, row.rounds ?? rounds)
    for (let round = 1; round <= enough; round++)
      for (const side of ['ours', 'raw'] as const) {
        process.stderr.write(`${row.lines[0].name}, ${side}, round ${round} of ${enough}\n`)
        for (const [i, figure] of (await row.measure(side, world)).entries()) results[i]?.[side].push(figure)
      }
  } catch (error) {
    for (const result of results) result.fault = error instanceof Error ? error.message : String(error)
  }
  return results
}

function tell(results: Result[], rounds: number): void {
  const verdicts = results.map(verdictOf)
  const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}`
  console.log(`${tableOf(verdicts)}\n\nMedians of ${rounds} rounds, ours and the raw parts in turn; ${machine}.`)
  if (values.json) {
    const report = { at: new Date().toISOString(), machine, rounds, tickets: Number(values.tickets), rows: verdicts }
    writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`)
  }
  if (verdicts.some(v => v.fault !== null)) process.exitCode = 1
}

function end(world: World, why: string): void {
  killAll()
  world.close()
  fail(why)
  process.exit()
}

function fail(why: string): void {
  console.error(why)
  process.exitCode = 1
}
