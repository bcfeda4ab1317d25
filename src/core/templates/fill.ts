import type { Query } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import type { Addressee } from '../collisions.ts'
import { customerById } from '../customers.ts'
import type { Document } from '../document.ts'
import type { Variables } from '../liquid.ts'
import { Unfilled } from '../unfilled.ts'
import { customersAt, factsOfWriter, known, variablesOf } from '../variables.ts'

/** For whom, by whom and about what a text is filled in. */
export interface Occasion {
  to: Addressee | null // null: nobody is chosen yet
  agentId: string
  teamId: string
  ticket?: { identifier: string; subject: string }
}

export interface Text {
  subject: string
  body: Document
}

/**
 * A text with its variables filled in for this occasion; where one without a default is missing, the text as it was and
 * what is missing, a finished sentence. Throws a Problem for a text that cannot be read as Liquid.
 */
export async function fillFor(q: Query, text: Text, occasion: Occasion): Promise<Text & { missing: string | null }> {
  try {
    return { ...(await filled(q, text, occasion)), missing: null }
  } catch (error) {
    if (error instanceof Unfilled) return { ...text, missing: error.message }
    throw error
  }
}

/** The same of a text that is about to be sent: throws a Problem under `subject` or `message` for what is missing. */
export async function fillToSend(q: Query, { subject, body }: Text, occasion: Occasion): Promise<Text> {
  return {
    subject: (await under('subject', () => filled(q, { subject, body: [] }, occasion))).subject,
    body: (await under('message', () => filled(q, { subject: '', body }, occasion))).body,
  }
}

async function under<T>(field: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Unfilled) throw new Problem('invalid', error.message, field)
    throw error
  }
}

async function filled(q: Query, { subject, body }: Text, occasion: Occasion): Promise<Text> {
  const { readTemplate } = await import('../liquid.ts') // Liquid is loaded when it is first needed
  return readTemplate(subject, body).fill(await variablesFor(q, occasion))
}

async function variablesFor(q: Query, { to, agentId, teamId, ticket }: Occasion): Promise<Variables> {
  const writer = await factsOfWriter(q, agentId, teamId)
  const about = ticket ? { ticket: known({ identifier: ticket.identifier, subject: ticket.subject }) } : {}
  if (!to) return { customer: {}, account: {}, row: {}, ...writer, ...about }
  const address = 'address' in to ? to.address : (await customerById(q, to.id)).address
  const customer = (await customersAt(q, [address])).get(address)
  return { ...variablesOf(writer, { address, name: '', fields: null }, customer), row: {}, ...about }
}
