import { Readable } from 'node:stream'
import { markOf } from './texts.ts'

/** Those whom a chat goes to, numbers `first` and on. */
export interface SomeCustomers {
  first: number
  count: number
}

const DOMAINS = 500

export const addressOf = (n: number): string => `c${n}@company${n % DOMAINS}.test`
export const nameOf = (n: number): string => `Customer ${n}`

const ROWS_A_PIECE = 500

/** A list as a CSV, piece by piece: address, name, company, and the mark by which the far side knows the mail again. */
export function csvOf({ first, count }: SomeCustomers): Readable {
  function* pieces() {
    yield 'email,name,company,plan,mark\n'
    for (let from = first; from < first + count; from += ROWS_A_PIECE) {
      const size = Math.min(ROWS_A_PIECE, first + count - from)
      yield Array.from({ length: size }, (_, i) => rowOf(from + i)).join('')
    }
  }
  return Readable.from(pieces())
}

function rowOf(n: number): string {
  return `${addressOf(n)},${nameOf(n)},Company ${n % DOMAINS},basic,${markOf(n)}\n`
}
