import type { Telling } from '../../../core/hooks/make.ts'
import type { ToldActor } from '../../../core/hooks/people.ts'
import { TEST_TYPE } from '../../../core/hooks/types.ts'
import type { HookWriter } from '../../../core/hooks/writer.ts'
import { USER_TYPES } from '../comments/comment.ts'
import { isoOf } from '../envelope.ts'
import { ORGANISATION } from '../organisation.ts'
import { payloadOf } from './payload.ts'

/** What a program is posted: an event in Thena's envelope. */
interface Envelope {
  eventId: string
  eventType: string
  timestamp: string
  orgId: string
  actor: { id: string | null; type: 'AGENT' | 'CUSTOMER' | 'SYSTEM'; email: string | null; name: string }
  payload: Record<string, unknown>
  metadata: { webhookId: string; isReplay: boolean; truncated?: true }
}

/** How what happened is written for programs. */
export const thenaWriter: HookWriter = {
  event({ happening, type, eventId, hook }, { isReplay }) {
    return fitting({
      eventId,
      eventType: type,
      timestamp: isoOf(happening.at),
      orgId: ORGANISATION,
      actor: actorOf(happening.actor),
      payload: payloadOf(happening, type, { withNotes: hook.include_private === 1 }),
      metadata: { webhookId: hook.id, isReplay },
    })
  },
  words({ happening: { ticket } }: Telling, link) {
    const { name, address } = ticket?.customer ?? { name: '', address: '' }
    const { identifier = '', subject = '' } = ticket?.row ?? {}
    return JSON.stringify({ identifier, subject, customer: name === address ? address : `${name} <${address}>`, link })
  },
  test({ id, shape }, eventId, at) {
    if (shape === 'words') return JSON.stringify(SAMPLE)
    const says = 'This is a test. Events come as this one did.'
    return JSON.stringify({
      eventId,
      eventType: TEST_TYPE,
      timestamp: isoOf(at),
      orgId: ORGANISATION,
      actor: { id: null, type: 'SYSTEM', email: null, name: 'Overture' },
      payload: { message: says },
      metadata: { webhookId: id, isReplay: false },
    } satisfies Envelope)
  },
}

/** What a workflow is told to try it out. */
const SAMPLE = { identifier: 'TEST-1', subject: 'This is a test', customer: 'Jane Doe <jane@example.com>', link: '' }

function actorOf({ kind, id, email, name }: ToldActor): Envelope['actor'] {
  return { id, type: USER_TYPES[kind], email, name }
}

const MOST_BYTES = 256 * 1024

/** What is too large keeps the ids by which all of it can be fetched, and says that it was cut. */
function fitting(envelope: Envelope): string {
  const json = JSON.stringify(envelope)
  if (Buffer.byteLength(json) <= MOST_BYTES) return json
  const payload = { ...idsIn(envelope.payload), truncated: true }
  return JSON.stringify({ ...envelope, payload, metadata: { ...envelope.metadata, truncated: true } })
}

const KEPT = [
  'id',
  'uid',
  'ticketId',
  'ticketIdentifier',
  'teamId',
  'teamIdentifier',
  'statusId',
  'deletedAt',
  'commentVisibility',
  'number',
]

function idsIn(payload: Record<string, unknown>): Record<string, unknown> {
  const objects = Object.entries(payload).filter(([, value]) => value && typeof value === 'object' && 'id' in value)
  return Object.fromEntries(
    objects.map(([name, value]) => [
      name,
      Object.fromEntries(Object.entries(value as object).filter(([key]) => KEPT.includes(key))),
    ]),
  )
}
