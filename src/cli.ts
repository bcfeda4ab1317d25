#!/usr/bin/env node
import { KEYS_USAGE, keys } from './cli-keys.ts'
import { MAIL_USAGE, mail } from './cli-mail.ts'
import { version } from './lib/project.ts'

const USAGE = `Overture writes to your customers first, from Slack.

  overture start          run the bot (settings: .env.example)
  overture doctor         examine Slack, mail, DNS and database, and say what to do next
  overture doctor --send  also send a mail from each sender to itself, and wait for it
  overture demo           a workspace and mailboxes to try it with, no account needed
  overture demo --tour    the main job by itself, step by step, without a browser
  ${MAIL_USAGE}
  ${KEYS_USAGE}
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
  case 'keys': {
    await (command === 'mail' ? mail : keys)(rest).catch(error => {
      console.error(error instanceof Error ? error.message : error)
      process.exitCode = 1
    })
    break
  }
  case '--version':
    console.log(version())
    break
  case '--help':
  case 'help':
    console.log(USAGE)
    break
  default:
    console.error(`There is no command "${command}".\n\n${USAGE}`)
    process.exitCode = 2
}

async function doctor(args: string[]): Promise<void> {
  const { readConfig } = await import('./config.ts')
  const { examine, report } = await import('./doctor.ts')
  const findings = await examine(readConfig(process.env), { send: args.includes('--send') })
  console.log(report(findings))
  if (findings.some(f => f.well === false)) process.exitCode = 1
}
