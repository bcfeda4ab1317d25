import { v7 } from 'uuid'

/** A new UUIDv7: unique, and later ones sort after earlier ones of the same process. */
export function newId(): string {
  return v7()
}
