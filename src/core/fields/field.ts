import type { FieldKind, FieldOwner } from '../../db/schema.ts'

/** Something that is to be known of each ticket of a team, each customer, or each company. */
export interface Field {
  id: string
  owner: FieldOwner
  teamId: string | null
  key: string // by what lists and templates know it
  name: string
  kind: FieldKind
  hint: string
  options: string[] // that can be chosen
  initial: string[] // what it begins with
  visible: boolean // customers see it, in the first mail
  archivedAt: number | null
}
