import { DateTime } from 'luxon'
import { wordsIn } from '../../db/full-text.ts'
import type { Query } from '../../db/store.ts'
import { own } from '../../lib/own.ts'
import { Problem } from '../../lib/problem.ts'
import { folded } from '../fields/read.ts'
import { subStatuses } from '../tickets/sub-statuses.ts'
import { type FieldFilter, fieldsToFind, isOrdered } from './by-field.ts'
import { MOMENTS, type Moment } from './dates.ts'
import { fieldWords, readFieldFilter, readSpan, withField } from './field-language.ts'
import { type Filter, LAST, ME, NONE, PRIORITIES, SOURCES, type Span, STATUSES } from './filter.ts'
import type { Named } from './named.ts'
import { named, namesFor, type Subject } from './names.ts'

/** What can stand before a colon, with what may follow it. */
const KEYS = [
  'status',
  'priority',
  'assignee',
  'team',
  'tag',
  'group',
  'field',
  'by',
  'channel',
  'source',
  'created',
  'updated',
  'answered',
  'is',
] as const
type Key = (typeof KEYS)[number]

/** How people call what has another name inside. */
const ALIASES: Record<string, Key> = {
  assigned: 'assignee',
  tags: 'tag',
  taggroup: 'group',
  createdby: 'by',
  opened: 'created',
}

type Draft = { -readonly [K in keyof Filter]: Filter[K] }

/**
 * Reads what somebody typed: words, "phrases", -not, begin*, and key:value, where several values stand with commas or the
 * key stands again. A Problem names what is not known, and what there is instead.
 */
export async function readFind(q: Query, typed: string): Promise<Filter> {
  const filter: Draft = {}
  const words: string[] = []
  for (const piece of joined(piecesOf(typed))) {
    refuseTurnedRound(piece)
    const [, name = '', value = ''] = /^([a-z][a-z_-]*):(.+)$/is.exec(piece) ?? []
    if (!name || value.startsWith('//')) words.push(piece)
    else for (const one of valuesOf(value)) await add(q, filter, keyCalled(name), one)
  }
  const text = words.join(' ')
  refuseWordless(text)
  return { ...filter, ...(text && { text }) }
}

/** What is only emoji or signs would find everything. */
function refuseWordless(text: string): void {
  if (/[^\s"*-]/.test(text) && !wordsIn(text).length)
    throw new Problem('invalid', `There is no word in “${text.slice(0, 40)}” to look for.`, 'query')
}

function refuseTurnedRound(piece: string): void {
  const [, name = ''] = /^-([a-z][a-z_-]*):./is.exec(piece) ?? []
  if (keyNamed(name))
    throw new Problem('invalid', `Only words are left out with a “-”. Write ${name}: with what you look for.`, 'query')
}

/** What is in quotes is one piece, also behind a colon. */
function piecesOf(typed: string): string[] {
  return typed.replace(/[“”„]/g, '"').match(/(?:[^\s"]+|"[^"]*"?)+/g) ?? []
}

/** People write a blank behind a colon or a comma: `status: open`, `status:open, closed`. */
function joined(pieces: string[]): string[] {
  const all: string[] = []
  for (const piece of pieces) {
    const before = all.at(-1) ?? ''
    const [, name = ''] = /^([a-z][a-z_-]*):(?:.*,)?$/is.exec(before) ?? []
    if (keyNamed(name)) all[all.length - 1] = before + piece
    else all.push(piece)
  }
  return all
}

function valuesOf(value: string): string[] {
  const values = value.match(/(?:[^,"]+|"[^"]*"?)+/g) ?? []
  return values.map(v => v.replaceAll('"', '').trim()).filter(Boolean)
}

function keyNamed(name: string): Key | undefined {
  const plain = name.toLowerCase().replace(/[_-]/g, '')
  return KEYS.find(k => k === plain) ?? own(ALIASES, plain)
}

function keyCalled(name: string): Key {
  const key = keyNamed(name)
  if (!key)
    throw new Problem('invalid', `There is no “${name.toLowerCase()}:”. There is ${listed([...KEYS])}.`, 'query')
  return key
}

async function add(q: Query, filter: Draft, key: Key, value: string): Promise<void> {
  switch (key) {
    case 'status':
      return addStatus(q, filter, value)
    case 'priority':
      return put(filter, 'priority', oneOf('priority', value, PRIORITIES))
    case 'source':
      return put(filter, 'source', oneOf('source', value, SOURCES))
    case 'channel':
      return put(filter, 'channel', oneOf('channel', value, ['email', NONE]))
    case 'is':
      filter.away = oneOf('is', value, ['archived', 'spam'] as const)
      return
    case 'created':
    case 'updated':
    case 'answered':
      filter[key] = spanOf(key, value)
      return
    case 'field':
      return addField(q, filter, value)
    case 'tag':
      return put(filter, 'tags', await called(q, 'tag', value))
    case 'group':
      return put(filter, 'tagGroups', await called(q, 'group', value))
    default:
      return put(filter, key, await called(q, key, value))
  }
}

/** One of those that there always are, or what a team calls a part of one. */
async function addStatus(q: Query, filter: Draft, value: string): Promise<void> {
  const made = await subStatuses(q, null)
  const meant = made.filter(s => folded(s.name) === folded(value))
  for (const { id } of meant) put(filter, 'subStatus', id)
  if (meant.length) return
  const names = [...new Set(made.map(s => s.name))]
  put(filter, 'status', oneOf('status', value, STATUSES, STATUS_WORDS, names))
}

/** Adds a value to those of a list. */
function put(filter: Draft, name: keyof Filter, value: string): void {
  const known = (filter[name] ?? []) as string[]
  if (!known.includes(value)) Object.assign(filter, { [name]: [...known, value] })
}

const STATUS_WORDS: Record<string, (typeof STATUSES)[number]> = {
  new: 'open',
  newreply: 'open',
  waiting: 'awaiting_customer',
  waitingforthecustomer: 'awaiting_customer',
  progress: 'in_progress',
}

function oneOf<T extends string>(
  key: Key,
  value: string,
  known: readonly T[],
  more: Record<string, T> = {},
  others: string[] = [], // that there are, and that it is not
): T {
  const plain = (text: string) => text.toLowerCase().replace(/[\s_-]/g, '')
  const found = known.find(k => plain(k) === plain(value)) ?? own(more, plain(value))
  if (!found)
    throw new Problem('invalid', `There is no ${key} “${value}”. There is ${listed([...known, ...others])}.`, 'query')
  return found
}

/** `1d`, `2w`, `3m`, `2026-01-05`, `2026-01-01..2026-01-31`, `2026-01-01..`, `none` for never. */
function spanOf(key: Moment, value: string): Span {
  if (value.toLowerCase() === NONE && key === 'answered') return NONE
  const last = LAST.find(l => l === value.toLowerCase())
  if (last) return { last }
  const [, from = '', dots, until = ''] = /^(\d{4}-\d\d-\d\d)?(\.\.)?(\d{4}-\d\d-\d\d)?$/.exec(value) ?? []
  const to = dots ? until : from
  if ((!from && !to) || ![from, to].every(isDay) || (from && to && from > to))
    throw new Problem('invalid', `“${value}” is no time. Write ${key}:1w, or ${key}:2026-01-01..2026-01-31.`, 'query')
  return { ...(from && { from }), ...(to && { to }) }
}

function isDay(text: string): boolean {
  return text === '' || DateTime.fromISO(text).isValid
}

/** `plan=gold`, `plan=none`, `seats=10..20`, `remark~late`. */
async function addField(q: Query, filter: Draft, typed: string): Promise<void> {
  const [, name = '', sign, rest = ''] = /^([^=~]+)([=~])(.+)$/.exec(typed) ?? []
  if (!name)
    throw new Problem(
      'invalid',
      'Write a field as field:plan=gold, field:plan=none, field:seats=10..20 or field:remark~late.',
      'query',
    )
  const id = await called(q, 'field', name.trim())
  const value = rest.trim()
  const known = filter.fields?.find(f => f.id === id) ?? { id }
  const asked = sign === '~' ? { has: value } : await valueAsked(q, id, value)
  const wider = 'is' in asked && 'is' in known ? { is: [...(known.is ?? []), ...asked.is] } : asked
  filter.fields = withField(filter.fields, readFieldFilter({ ...known, ...wider } as FieldFilter))
}

/** A value, or a span where the field's values lie in an order. */
async function valueAsked(
  q: Query,
  id: string,
  value: string,
): Promise<{ is: [string] } | Pick<FieldFilter, 'from' | 'to'>> {
  const [, from = '', to = ''] = /^(.*?)\.\.(.*)$/.exec(value) ?? []
  if (!from && !to) return { is: [value] }
  const kind = (await fieldsToFind(q, [id]))[0]?.kind
  return kind && isOrdered(kind) ? readSpan(kind, { from, to }) : { is: [value] }
}

/** The id of what is called this; a Problem says what there is. */
async function called(q: Query, key: Subject, value: string): Promise<string> {
  const word = value.toLowerCase()
  if (word === NONE && key !== 'team' && key !== 'field') return NONE
  if (word === ME && (key === 'assignee' || key === 'by')) return ME
  const some = await namesFor(q, key, value)
  const found = some.find(n => isCalled(n, value)) ?? onlyOne(some.filter(n => begins(n, value)))
  if (!found) {
    const all = some.length ? some : await namesFor(q, key)
    const there = all.length ? `There is ${listed(all.map(n => n.name))}.` : 'There is none yet.'
    throw new Problem('invalid', `There is no ${KEY_WORDS[key]} “${value}”. ${there}`, 'query')
  }
  return found.id
}

const KEY_WORDS: Record<Subject, string> = {
  assignee: 'agent',
  by: 'agent',
  team: 'team',
  tag: 'tag',
  group: 'tag group',
  field: 'field',
}

function isCalled({ name, also }: Named, value: string): boolean {
  const wanted = value
    .toLowerCase()
    .replace(/^<@([^|>]+).*>$/, '$1')
    .replace(/^@/, '')
  return [name, ...also].some(n => n.toLowerCase() === wanted)
}

function begins({ name }: Named, value: string): boolean {
  return name.toLowerCase().startsWith(value.toLowerCase().replace(/^@/, ''))
}

function onlyOne<T>(found: T[]): T | undefined {
  return found.length === 1 ? found[0] : undefined
}

const MOST_LISTED = 20

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_LISTED)
  return names.length > MOST_LISTED ? `${shown.join(', ')} and ${names.length - MOST_LISTED} more` : shown.join(', ')
}

/** The filter in the words of the language, so that people see what is looked for. */
export async function findWords(q: Query, filter: Filter): Promise<string> {
  const words: string[] = filter.text ? [filter.text] : []
  const say = (key: Key, values: readonly string[] = []) => {
    if (values.length) words.push(`${key}:${values.map(quoted).join(',')}`)
  }
  const names = async (key: Subject, ids: readonly string[] = []) => {
    const known = await named(
      q,
      key,
      ids.filter(id => id !== NONE && id !== ME),
    )
    say(
      key,
      ids.map(id => (id === NONE || id === ME ? id : (known.find(n => n.id === id)?.name ?? 'gone'))),
    )
  }
  say('status', [...(filter.status ?? []), ...(await subStatusNames(q, filter.subStatus))])
  say('priority', filter.priority)
  await names('assignee', filter.assignee)
  await names('team', filter.team)
  await names('by', filter.by)
  say('channel', filter.channel)
  say('source', filter.source)
  await names('tag', filter.tags)
  await names('group', filter.tagGroups)
  say('field', await fieldWords(q, filter))
  for (const moment of MOMENTS) {
    const span = filter[moment]
    if (span) say(moment, [spanWords(span)])
  }
  say('is', filter.away ? [filter.away] : [])
  return words.join(' ')
}

/** Teams may call theirs the same: they are found together, and said once. */
async function subStatusNames(q: Query, ids: readonly string[] = []): Promise<string[]> {
  if (!ids.length) return []
  const names = new Map((await subStatuses(q, null)).map(s => [s.id, s.name]))
  return [...new Set(ids.map(id => names.get(id) ?? 'gone'))]
}

function quoted(value: string): string {
  return /[\s,]/.test(value) ? `"${value}"` : value
}

function spanWords(span: Span): string {
  if (span === NONE) return NONE
  if ('last' in span) return span.last
  return span.from === span.to ? String(span.from) : `${span.from ?? ''}..${span.to ?? ''}`
}
