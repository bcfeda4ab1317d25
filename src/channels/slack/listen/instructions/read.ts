import type { Priority, Status } from '../../../../db/schema.ts'
import { own } from '../../../../lib/own.ts'
import { Problem } from '../../../../lib/problem.ts'

/** What somebody asks of Overture by mentioning it. */
export type Instruction =
  | { verb: 'help'; unknown?: string }
  | { verb: 'find'; words: string }
  | { verb: 'show'; identifier: string }
  | Deed

/** What can be asked in a ticket's thread alone. */
export type Deed =
  | { verb: 'take' | 'reopen' }
  | { verb: 'close'; reason: string }
  | { verb: 'assign'; to: string } // a user's id, `me` or `nobody`
  | { verb: 'status'; status: Status }
  | { verb: 'priority'; priority: Priority }
  | { verb: 'note'; text: string } // mrkdwn as it was written

/** What follows the mention when a message begins with one, as Slack's mrkdwn; null for every other message. */
export function instructionIn(text: string | undefined, self: string): string | null {
  const [lead, id] = /^\s*<@(\w+)(?:\|[^>]*)?>[\s,:]*/.exec(text ?? '') ?? []
  return lead !== undefined && id === self ? (text ?? '').slice(lead.length).trim() : null
}

/** What is asked. Throws a Problem for one that is not complete. */
export function readInstruction(text: string): Instruction {
  const [first = '', ...others] = text.split(/\s+/)
  const verb = first.toLowerCase()
  const rest = text.slice(first.length).trim()
  if (verb === '' || verb === 'help') return { verb: 'help' }
  if (/^[a-z][a-z0-9]{1,9}-\d+$/i.test(first) && !others.length) return { verb: 'show', identifier: first }
  const read = own(readers, verb.replace(/:$/, ''))
  return read ? read(rest) : { verb: 'help', unknown: literal(first) }
}

const readers: Record<string, (rest: string) => Instruction> = {
  find: rest => ({ verb: 'find', words: needed(literal(rest), 'Say what to find, such as `find jane@acme.test`.') }),
  take: () => ({ verb: 'take' }),
  reopen: () => ({ verb: 'reopen' }),
  close: rest => ({ verb: 'close', reason: literal(rest).slice(0, 200) }),
  assign: rest => ({ verb: 'assign', to: readAgent(rest) }),
  status: rest => ({ verb: 'status', status: oneOf(STATUSES, rest, 'a status', STATUS_NAMES) }),
  priority: rest => ({ verb: 'priority', priority: oneOf(PRIORITIES, rest, 'a priority', PRIORITY_NAMES) }),
  note: rest => ({ verb: 'note', text: needed(rest, 'Write the note behind the word, such as `note she pays late`.') }),
}

const STATUSES: Record<string, Status> = {
  open: 'open',
  new: 'open',
  progress: 'in_progress',
  'in progress': 'in_progress',
  waiting: 'awaiting_customer',
  closed: 'closed',
}
const STATUS_NAMES = ['open', 'in progress', 'waiting', 'closed']

const PRIORITIES: Record<string, Priority> = { low: 'low', medium: 'medium', high: 'high', urgent: 'urgent' }
const PRIORITY_NAMES = Object.keys(PRIORITIES)

function oneOf<T>(names: Record<string, T>, typed: string, what: string, all: string[]): T {
  const found = own(names, typed.toLowerCase().replace(/[_\s]+/g, ' '))
  if (found !== undefined) return found
  throw new Problem('invalid', `“${literal(typed).slice(0, 60)}” is not ${what}. There are: ${all.join(', ')}.`)
}

function readAgent(typed: string): string {
  const word = typed.toLowerCase().replace(/^to\s+/, '')
  if (/^(me|myself)$/.test(word)) return 'me'
  if (/^(nobody|none)$/.test(word)) return 'nobody'
  const [, id] = /<@([UW][A-Z0-9]+)/.exec(typed) ?? []
  if (id) return id
  throw new Problem('invalid', 'Say to whom: mention them with @, or write `me` or `nobody`.')
}

function needed(text: string, otherwise: string): string {
  if (text) return text
  throw new Problem('invalid', otherwise)
}

/** Slack's mrkdwn as people see it: links by their words, and no escapes. */
function literal(text: string): string {
  return text
    .replace(/<(?:mailto:)?([^|>]*)(?:\|([^>]*))?>/g, (_, to, words) => words ?? to)
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
}
