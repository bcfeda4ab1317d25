import { spawn } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import type { Envelope, Handed, Relay } from './hand-over.ts'
import { SendFailure } from './send-failure.ts'

const USUAL_PLACES = ['/usr/sbin/sendmail', '/usr/lib/sendmail', '/usr/bin/sendmail']
const SILENCE_MS = 60_000

/** The sendmail program of this machine (`sendmail:`, or `sendmail:/path/to/it`), which keeps a queue of its own. */
export function openSendmail(url: string): Relay {
  const given = url.slice('sendmail:'.length)
  const running = new Set<AbortController>()

  async function send(envelope: Envelope, raw: Buffer): Promise<Handed> {
    const program = await find(given)
    const stop = new AbortController()
    const silence = setTimeout(() => stop.abort(), SILENCE_MS)
    running.add(stop)
    try {
      await run(program, ['-i', '-f', envelope.from, '--', ...envelope.to], raw, stop.signal)
      return { answer: 'taken by sendmail', id: null, refused: [] }
    } finally {
      clearTimeout(silence)
      running.delete(stop)
    }
  }

  return {
    host: 'sendmail',
    send,
    async verify() {
      await find(given)
    },
    close() {
      for (const it of running) it.abort()
    },
  }
}

async function find(given: string): Promise<string> {
  for (const path of given ? [given] : USUAL_PLACES)
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path
  throw failure(`There is no sendmail program at ${given || USUAL_PLACES.join(' or ')}.`, 'ENOENT')
}

/** Resolves when the program took the mail. No shell; `--` keeps an address from being read as an option. */
function run(program: string, args: string[], raw: Buffer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'], signal })
    let words = ''
    child.stderr.on('data', chunk => {
      if (words.length < 1_000) words += chunk
    })
    child.on('error', error => reject(failure(error.message)))
    child.on('close', code => (code === 0 ? resolve() : reject(failure(words || `It ended with ${code}.`))))
    child.stdin.on('error', () => {}) // what it says as it ends tells more
    child.stdin.end(raw.toString('latin1').replaceAll('\r\n', '\n'), 'latin1') // its lines are the system's
  })
}

function failure(words: string, code = 'ESENDMAIL'): SendFailure {
  return new SendFailure(Object.assign(new Error(words), { code }))
}
