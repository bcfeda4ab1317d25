/** What an examination of one part found, for an operator: a line, and what to do next when it is not well. */
export interface Finding {
  part: string
  well: boolean
  says: string
  next?: string
}
