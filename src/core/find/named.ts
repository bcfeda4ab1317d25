/** Something that can be looked for by its name. */
export interface Named {
  id: string
  name: string
  also: string[] // what else it may be called
}
