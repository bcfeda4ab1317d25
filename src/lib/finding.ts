/** What an examination of one part found, for an operator: a line, and what to do next when it is not well. */
export interface Finding {
  part: string
  well: boolean | null // null: it could not be found out
  says: string
  next?: string
}
