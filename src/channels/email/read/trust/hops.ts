import type { Headers } from '../decode/parse.ts'

const MOST_HOPS = 30

/** Why a mail may be going round in circles, a finished sentence, or null: each server that takes it adds a Received. */
export function roundsOf(headers: Headers): string | null {
  const hops = headers.get('received')?.length ?? 0
  return hops > MOST_HOPS ? `It went through ${hops} mail servers, so it may be going round in circles.` : null
}
