import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { programOf } from '../support/program.ts'
import { startWorld } from '../support/world.ts'

const pages = [
  'docs/api.md',
  'docs/webhooks.md',
  ...(existsSync('docs/api') ? readdirSync('docs/api').map(name => `docs/api/${name}`) : []),
].filter(page => blocksOf(page).length)

/** A refusal is a failure, unless a block says that it expects one. */
const PRELUDE =
  'set -euo pipefail; curl() { command curl --silent --show-error --fail-with-body --max-time 20 "$@"; echo; }\n'

describe('what the pages on the API tell to type', () => {
  it.each(pages)('%s works as it stands', async page => {
    const world = await startWorld({ env: { PUBLIC_URL: 'https://overture.tulip.test', HOOKS_LOCAL: 'true' } })
    try {
      const { key } = await programOf(world, world.ann)
      await programOf(world, world.ben) // Ben is known, too
      const { code, said } = await run(PRELUDE + blocksOf(page).join('\n'), { URL: world.overture.url, KEY: key })
      if (code !== 0) throw new Error(`It ended with ${code}: ${said.slice(-2_000)}`)
      expect(said.length).toBeGreaterThan(100)
    } finally {
      await world.close()
    }
  })
})

/** The page's blocks of lines for a shell, those left out that are not for the API at all. */
function blocksOf(page: string): string[] {
  const found = readFileSync(page, 'utf8').matchAll(/^```sh\n(.*?)^```$/gms)
  return [...found].map(([, block]) => block as string).filter(block => block.includes('$URL'))
}

function run(script: string, env: Record<string, string>): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve, reject) => {
    const shell = spawn('bash', ['--norc', '-c', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH ?? '', ...env },
    })
    let said = ''
    for (const stream of [shell.stdout, shell.stderr]) stream.on('data', piece => (said += piece))
    shell.on('error', reject)
    shell.on('close', code => resolve({ code, said }))
  })
}
