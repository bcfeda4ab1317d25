import type { Filter } from '../../../core/find/filter.ts'
import { agentNamed, customerNamed, teamNamed } from '../../../core/programs/named.ts'
import { findTags, tagKey } from '../../../core/tags/tags.ts'
import type { Query } from '../../../db/store.ts'
import { Problem } from '../../../lib/problem.ts'
import { STATUSES } from '../status.ts'
import { PRIORITIES } from '../tickets/ticket.ts'

const MOST_VALUES = 50

/**
 * What `field:=value && field:=[one,other]` asks for, as far as tickets are found by it. Throws a Problem under `filter_by`
 * for anything else.
 */
export async function filterIn(q: Query, text: string): Promise<Filter> {
  const filter: Record<string, string[]> = {}
  for (const clause of text
    .split('&&')
    .map(c => c.trim())
    .filter(Boolean)) {
    const [, field = '', listed, single] = /^(\w+)\s*:=?\s*(?:\[([^\]]*)\]|([^[\]]+))$/.exec(clause) ?? []
    const read = Object.hasOwn(READERS, field) ? READERS[field] : undefined
    if (!read) throw wrong(`“${clause.slice(0, 80)}” is not understood. Ask by ${Object.keys(READERS).join(', ')}.`)
    const values = (listed ?? single ?? '').split(',').map(bare).filter(Boolean)
    if (!values.length || values.length > MOST_VALUES) throw wrong(`Give 1 to ${MOST_VALUES} values of ${field}.`)
    const [name, of] = read
    filter[name] = await Promise.all(values.map(value => of(q, value).catch(told)))
  }
  return filter as Filter
}

type Reader = [name: keyof Filter, of: (q: Query, value: string) => Promise<string>]

const byStatus: Reader = ['status', async (_, value) => keyIn(statusNames, value, 'status')]
const byPriority: Reader = ['priority', async (_, value) => keyIn(PRIORITIES, value, 'priority')]
const byAgent: Reader = ['assignee', async (q, value) => (await agentNamed(q, value)).id]
const byCustomer: Reader = ['customer', async (q, value) => (await customerNamed(q, value)).id]

const READERS: Record<string, Reader> = {
  status: byStatus,
  statusId: byStatus,
  priority: byPriority,
  priorityId: byPriority,
  teamId: ['team', async (q, value) => (await teamNamed(q, value)).id],
  assignedAgentId: byAgent,
  customerContactId: byCustomer,
  requestorEmail: byCustomer,
  tags: ['tags', tagNamed],
}

async function tagNamed(q: Query, name: string): Promise<string> {
  const key = tagKey(name)
  const found = (await findTags(q, name)).find(tag => tag.id === name || tagKey(tag.name) === key)
  if (!found) throw wrong(`There is no tag “${name.slice(0, 60)}”.`)
  return found.id
}

const statusNames = Object.fromEntries(Object.entries(STATUSES).map(([ours, s]) => [ours, s.name]))
const statusIds = new Map(Object.entries(STATUSES).map(([ours, s]) => [s.id, ours]))

function keyIn(names: Record<string, string>, value: string, what: string): string {
  const wanted = value.toLowerCase()
  const named = what === 'status' ? statusIds.get(wanted) : undefined
  const found = named ?? Object.keys(names).find(key => key === wanted || names[key]?.toLowerCase() === wanted)
  if (!found) throw wrong(`There is no ${what} “${value.slice(0, 60)}”.`)
  return found
}

/** Without the signs that hold a value together. */
function bare(value: string): string {
  return value.trim().replace(/^[`"']|[`"']$/g, '')
}

function told(error: unknown): never {
  throw error instanceof Problem ? wrong(error.message) : error
}

function wrong(message: string): Problem {
  return new Problem('invalid', message, 'filter_by')
}
