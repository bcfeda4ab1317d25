/** RFC 7208 4.6.4: a record that needs more DNS look-ups than this fails as a whole. */
export const MOST_LOOKUPS = 10

const ENOUGH = 30 // a record of so many is as wrong as one of more

export interface Lookups {
  count: number
  broken: string | null // what is included and has no record, which makes the whole fail
}

/** How many DNS look-ups a receiver needs for an SPF record, with all that it includes. */
export async function countLookups(record: string, texts: (name: string) => Promise<string[]>): Promise<Lookups> {
  const waiting = [record]
  let count = 0
  for (let next = waiting.pop(); next !== undefined && count <= ENOUGH; next = waiting.pop())
    for (const term of next.split(/ +/).slice(1)) {
      const [, name = '', value = ''] = /^[-+~?]?([a-z0-9]+)(?:[:=]([^/]*))?/i.exec(term) ?? []
      if (!/^(include|a|mx|ptr|exists|redirect)$/i.test(name)) continue
      count += 1
      if (!/^(include|redirect)$/i.test(name) || value.includes('%')) continue // a macro differs for each mail
      const included = (await texts(value)).find(t => /^v=spf1( |$)/i.test(t))
      if (included === undefined) return { count, broken: value }
      waiting.push(included)
    }
  return { count, broken: null }
}
