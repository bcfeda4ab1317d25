import type { Letter, Missed, Outcome, Recipients, Retry } from '../../../core/letter.ts'

/** A recipient whom the mail server refused, and what is to become of that. */
export interface Refused {
  address: string
  outcome: Outcome
}

/**
 * What becomes of a mail with several recipients of whom some were refused. The customer's own answer decides; a copy
 * that may go later is tried again by itself, and one that never will is named. `sent` is null when nobody was taken.
 */
export function shareOut(letter: Letter, refused: Refused[], sent: Outcome | null): Outcome {
  const customer = letter.thread.place
  const waiting = refused.filter(r => 'retry' in r.outcome)
  const missed = [...letter.barred, ...refused.flatMap(missedBy)].filter(m => m.address !== customer)
  const tried = [customer, ...letter.copies].filter(a => !letter.handed.includes(a))
  const taken = sent ? tried.filter(a => !refused.some(r => r.address === a)) : []
  const own = refused.find(r => r.address === customer)?.outcome
  if (own && 'refused' in own) {
    // it is over: who was to get a copy later does not get it, either
    const never = waiting.map(w => ({ address: w.address, reason: reasonOf(w.outcome) }))
    return { ...own, recipients: { taken, missed: [...missed, ...never] } }
  }
  const recipients: Recipients = { taken, missed }
  if (own) return { ...own, recipients }
  const [first] = waiting
  if (first) return { retry: copiesLater(first.outcome, waiting), recipients }
  return { ...(sent ?? { sent: { id: letter.key as string } }), recipients }
}

function missedBy({ address, outcome }: Refused): Missed[] {
  if (!('refused' in outcome)) return []
  const { reason, broken } = outcome.refused
  return [{ address, reason, ...(broken === 'address' ? { broken } : {}) }]
}

function copiesLater(first: Outcome, waiting: Refused[]): Retry {
  const retry = (first as { retry: Retry }).retry
  const who = waiting.map(w => w.address).join(', ')
  return { ...retry, reason: `The customer has it, but a copy to ${who} waits: ${retry.reason}` }
}

function reasonOf(outcome: Outcome): string {
  if ('retry' in outcome) return outcome.retry.reason
  return 'refused' in outcome ? outcome.refused.reason : ''
}
