#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { projectFile } from './lib/project.ts'

const USAGE = `Overture writes to your customers first, from Slack.

  overture start          run the bot (settings: .env.example)
  overture doctor         examine Slack, mail, DNS and database, and say what to do next
  overture doctor --send  also send a mail from each sender to itself, and wait for it
  overture demo           a workspace and mailboxes to try it with, no account needed
  overture demo --tour    the main job by itself, step by step, without a browser
  overture mail explain FILE...
                          what is made of each raw mail and why; "-" reads the names from standard input, --jsonl
                          prints one line of JSON for each
  overture --version
  overture --help
`

const [command = '--help', ...rest] = process.argv.slice(2)

switch (command) {
  case 'start': {
    const { explainFailure, main } = await import('./main.ts')
    await main(process.env).catch(error => {
      explainFailure(error)
      process.exit() // whatever was begun is not waited for
    })
    break
  }
  case 'doctor': {
    const { explainFailure } = await import('./main.ts')
    await doctor(rest).catch(explainFailure)
    break
  }
  case 'demo': {
    const { demo } = await import('./sandbox/demo.ts')
    await demo(rest).catch(error => {
      console.error(`The demo cannot start: ${error instanceof Error ? error.message : error}`)
      process.exit(1)
    })
    break
  }
  case 'mail':
    await mail(rest)
    break
  case '--version':
    console.log(JSON.parse(readFileSync(projectFile('package.json'), 'utf8')).version)
    break
  case '--help':
  case 'help':
    console.log(USAGE)
    break
  default:
    console.error(`There is no command "${command}".\n\n${USAGE}`)
    process.exitCode = 2
}

async function mail([verb, ...args]: string[]): Promise<void> {
  if (verb !== 'explain' || !args.some(a => a === '-' || !a.startsWith('--'))) {
    console.error(USAGE)
    process.exitCode = 2
    return
  }
  const { explain, inWords } = await import('./channels/email/explain.ts')
  const json = args.includes('--jsonl')
  for await (const file of filesNamed(args.filter(a => a !== '--jsonl')))
    try {
      const explanation = await explain(file)
      process.stdout.write(json ? `${JSON.stringify(explanation)}\n` : `${inWords(explanation)}\n`)
    } catch (error) {
      console.error(`${file} cannot be read: ${error instanceof Error ? error.message : error}`)
      process.exitCode = 1
    }
}

/** Names from the arguments; `-` stands for those on standard input, one a line. */
async function* filesNamed(args: string[]): AsyncGenerator<string> {
  for (const arg of args)
    if (arg === '-')
      for await (const line of createInterface({ input: process.stdin })) line.trim() && (yield line.trim())
    else yield arg
}

async function doctor(args: string[]): Promise<void> {
  const { readConfig } = await import('./config.ts')
  const { examine, report } = await import('./doctor.ts')
  const findings = await examine(readConfig(process.env), { send: args.includes('--send') })
  console.log(report(findings))
  if (findings.some(f => f.well === false)) process.exitCode = 1
}
