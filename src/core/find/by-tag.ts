import type { Term } from '../../db/full-text.ts'
import type { Query } from '../../db/store.ts'
import type { Filter } from './filter.ts'
import type { Named } from './names.ts'

/** The marks of a ticket's tags and custom fields. */
export async function labelsOf(_q: Query, _ticketId: string): Promise<string[]> {
  return []
}

/** What the filter asks of tags, tag groups and custom fields. */
export async function labelTerms(_q: Query, _filter: Filter): Promise<Term[]> {
  return []
}

export async function tagNames(_q: Query): Promise<Named[]> {
  return []
}

export async function groupNames(_q: Query): Promise<Named[]> {
  return []
}

export async function fieldNames(_q: Query): Promise<Named[]> {
  return []
}

/** What stands on tickets, by ticket: tags by name, custom fields as they are written. */
export async function labelsOn(
  _q: Query,
  _ticketIds: string[],
): Promise<Map<string, { tags: string[]; fields: Record<string, string> }>> {
  return new Map()
}
