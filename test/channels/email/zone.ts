import type { Lookup } from '../../../src/channels/email/examine/dns.ts'

/** What the DNS of the imaginary world holds, by name. */
export type Zone = Record<string, { mx?: string[]; txt?: string[] }>

/** A resolver that knows this zone and nothing else; without one it reaches nobody. */
export function lookupIn(zone: Zone | null): Lookup & { asked: string[] } {
  const asked: string[] = []
  const found = <T>(name: string, records: T[] | undefined): Promise<T[]> => {
    asked.push(name)
    const code = zone === null ? 'ETIMEOUT' : zone[name] ? 'ENODATA' : 'ENOTFOUND'
    return records?.length ? Promise.resolve(records) : Promise.reject(Object.assign(new Error(code), { code }))
  }
  return {
    asked,
    resolveMx: name =>
      found(
        name,
        zone?.[name]?.mx?.map((exchange, priority) => ({ exchange, priority })),
      ),
    // a long text travels in pieces
    resolveTxt: name =>
      found(
        name,
        zone?.[name]?.txt?.map(text => text.match(/.{1,200}/g) ?? []),
      ),
  }
}
