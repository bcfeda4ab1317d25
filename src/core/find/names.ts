import type { Query } from '../../db/store.ts'
import { agents } from '../agents.ts'
import { teams } from '../teams.ts'
import { fieldNames, groupNames, tagNames } from './by-tag.ts'

/** What can be looked for by its name. */
export type Subject = 'assignee' | 'by' | 'team' | 'tag' | 'group' | 'field'

export interface Named {
  id: string
  name: string
  also: string[] // what else it may be called
}

/** All that there is of a kind, by name. */
export async function namesFor(q: Query, subject: Subject): Promise<Named[]> {
  switch (subject) {
    case 'team':
      return (await teams(q)).map(t => ({ id: t.id, name: t.name, also: [t.prefix] }))
    case 'tag':
      return tagNames(q)
    case 'group':
      return groupNames(q)
    case 'field':
      return fieldNames(q)
    default:
      return (await agents(q)).map(a => ({ id: a.id, name: a.name, also: [a.handle, a.alias ?? a.name] }))
  }
}
