import type { Query } from '../../db/store.ts'
import { agents } from '../agents.ts'
import { teams } from '../teams.ts'
import { fieldNames, groupNames, tagNames, tagsNamed } from './by-tag.ts'
import type { Named } from './named.ts'

/** What can be looked for by its name. */
export type Subject = 'assignee' | 'by' | 'team' | 'tag' | 'group' | 'field'

/** All that there is of a kind, by name; of tags, of which there may be thousands, those that what was typed may mean. */
export async function namesFor(q: Query, subject: Subject, typed = ''): Promise<Named[]> {
  switch (subject) {
    case 'team':
      return (await teams(q)).map(t => ({ id: t.id, name: t.name, also: [t.prefix] }))
    case 'tag':
      return tagNames(q, typed)
    case 'group':
      return groupNames(q)
    case 'field':
      return fieldNames(q)
    default:
      return (await agents(q)).map(a => ({ id: a.id, name: a.name, also: [a.handle, a.alias ?? a.name] }))
  }
}

/** Those of these ids that there are. */
export async function named(q: Query, subject: Subject, ids: readonly string[]): Promise<Named[]> {
  if (subject === 'tag') return ids.length ? tagsNamed(q, [...ids]) : []
  return (await namesFor(q, subject)).filter(n => ids.includes(n.id))
}
