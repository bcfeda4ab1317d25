import type { TicketRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { cut } from '../../lib/cut.ts'
import type { Arrival } from '../arrival.ts'
import { plainText } from '../document.ts'
import { beside, greetings, signOffs, someThanks, thanksPattern, withNames } from './light-words.ts'

/**
 * The customer's mail as it counts: one that only says thanks is `light`, with the words that it was known by as its rule. It
 * neither opens a ticket again nor ends anything, and an agent can say that it is an answer after all.
 */
export async function asLight<A extends Written>(tx: Tx, a: A, ticket: TicketRow): Promise<A> {
  if (a.kind !== 'human' || a.forwarded || a.files.some(f => !f.minor) || !mayBeThanks(a)) return a
  const { text, names } = await ourLastWord(tx.q, ticket)
  const isAsked = /[?？؟]/.test(text)
  if (isAsked && ticket.closed_at === null) return a // thanks may be a yes
  const words = onlyThanks(plainText(a.body), {
    names: [...names, a.from.name],
    // to what we wrote first, or asked, "perfect" may be one, too
    isStrict: isAsked || ticket.answered_at === null,
  })
  return words === null ? a : { ...a, kind: 'light', rule: `it only says thanks ("${cut(words, 60)}")` }
}

type Written = Pick<Arrival, 'kind' | 'rule' | 'from' | 'body' | 'files' | 'forwarded'>

function mayBeThanks(a: Written): boolean {
  const text = plainText(a.body)
  return text.length <= LONGEST && someThanks.test(text.toLowerCase())
}

/** What we wrote to the customer last, and who might be called by name. */
async function ourLastWord(q: Query, ticket: TicketRow): Promise<{ text: string; names: string[] }> {
  const last = await q
    .selectFrom('messages as m')
    .leftJoin('agents as a', 'a.id', 'm.author_id')
    .select(['m.text', 'm.author_name', 'a.alias'])
    .where('m.ticket_id', '=', ticket.id)
    .where('m.author_kind', '=', 'agent')
    .where('m.visibility', '=', 'public')
    .orderBy('m.id', 'desc')
    .limit(1)
    .executeTakeFirst()
  const known = await q
    .selectFrom('customers as c')
    .leftJoin('accounts', 'accounts.id', 'c.account_id')
    .leftJoin('senders as s', j => j.on('s.id', '=', ticket.sender_id ?? ''))
    .select(['c.name', 'accounts.name as company', 's.name as sender'])
    .where('c.id', '=', ticket.customer_id)
    .executeTakeFirst()
  const names = [last?.author_name, last?.alias, known?.name, known?.company, known?.sender]
  return { text: last?.text ?? '', names: names.filter(n => typeof n === 'string') }
}

const LONGEST = 200

/**
 * The words of thanks when a text says nothing but thanks, in one of many languages, with a greeting, a wish and names around
 * it; else null. A question, a number, an address or any further sentence makes it an answer. `isStrict`: nor may it say
 * how nice that is, or that it was received.
 */
export function onlyThanks(
  text: string,
  { names = [], isStrict = false }: { names?: string[]; isStrict?: boolean } = {},
): string | null {
  const bare = withoutFaces(text)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[’‘`´]/g, "'")
  if (bare.length > LONGEST || /[?؟¿;\p{N}@/\\<>[\]{}=%€$£+*#]/u.test(bare.replace(/;\s*$/gm, ''))) return null
  const called = new Set(names.flatMap(wordsIn))
  let said: string | null = null
  let isOver = false
  for (const segment of segmentsOf(bare)) {
    const kind = kindOf(segment, called)
    if (kind === null || (kind === 'beside' && isStrict)) return null
    if (isOver && kind !== 'name' && kind !== 'sign-off') return null // what follows the end is something else
    if (kind === 'thanks') said ??= segment
    if (kind === 'sign-off') isOver = true
  }
  return said
}

/** Emoji and faces say nothing that counts. */
function withoutFaces(text: string): string {
  return text
    .replace(/(?:^|\s)(?:[:;=]-?[)D(pP*]|<3|\^_?\^|xx?)(?=\s|$|[.!])/g, ' ')
    .replace(/\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u200d|\ufe0f/gu, ' ')
}

function segmentsOf(text: string): string[] {
  return text
    .split(/[\n.!¡,:…。！，、~()"“”«»„|_]+|\s[-–—]+\s|[–—]|^-+\s|\s-+$/mu)
    .map(segment => segment.replace(/\s+/g, ' ').trim())
    .filter(Boolean)
}

type Kind = 'thanks' | 'beside' | 'greeting' | 'sign-off' | 'name'

/** What a segment says, with or without the names at its end; null for anything else. */
function kindOf(segment: string, names: Set<string>): Kind | null {
  const words = segment.split(' ')
  for (let end = words.length; end > 0; end--) {
    const kind = exactly(words.slice(0, end).join(' '))
    if (kind) return kind
    if (!isName(words[end - 1] as string, names)) return null
  }
  return 'name'
}

function exactly(words: string): Kind | null {
  if (thanksPattern.test(words)) return 'thanks'
  if (signOffs.has(words)) return 'sign-off'
  if (greetings.has(words)) return 'greeting'
  return beside.has(words) ? 'beside' : null
}

function isName(word: string, names: Set<string>): boolean {
  return names.has(word) || withNames.has(word)
}

function wordsIn(name: string): string[] {
  return (
    name
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}'-]{2,}/gu) ?? []
  )
}
