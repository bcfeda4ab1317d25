import type { Audience } from '../../../../core/chats/audience.ts'
import type { Exclusions } from '../../../../core/chats/blocks.ts'
import type { ChatForm } from '../../../../core/chats/draft.ts'
import type { Priority } from '../../../../db/schema.ts'
import { gathering, Problem, underField } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { mendVariable, mendVariables } from '../../variables.ts'
import type { ChatStart, Kept, NewChatMeta } from '../../views/chats/new-chat.ts'
import { keyOf, type Submission } from '../submission.ts'
import { writtenIn } from '../tickets/read-ticket.ts'
import * as values from '../values.ts'

/** The submitted form as core takes it, without its files, and what is wrong with it before core has seen it. */
export async function readNewChat(
  desk: Desk,
  { user, view }: Submission,
): Promise<{ form: ChatForm; faults: Problem[] }> {
  const v = view.state.values
  const meta = values.metaOf<NewChatMeta>(view)
  const createdBy = await desk.people.agent(user.id)
  const faults: Problem[] = []
  const writer = values.chosenUser(v, 'agent')
  const agent = await gathering(faults)(() =>
    writer ? underField('agent', () => desk.people.agent(writer)) : createdBy,
  )
  const dueAt = meta.isLater ? values.chosenMoment(v, 'when') : null
  const form: ChatForm = {
    teamId: values.chosen(v, 'team') ?? meta.teamId,
    senderId: values.chosen(v, 'sender'),
    agentId: (agent ?? createdBy).id,
    subject: mendVariable(values.typed(v, 'subject')),
    body: mendVariables(await writtenIn(desk, values.richText(v, 'message'))),
    kind: values.typed(v, 'kind'),
    priority: (values.chosen(v, 'priority') ?? 'medium') as Priority,
    audience: audienceIn(v, meta),
    exclusions: exclusionsIn(v),
    files: [],
    dueAt: dueAt === null ? null : dueAt * 1000,
    createdBy,
    dedupKey: keyOf(view.id, meta.attempt),
  }
  return { form, faults: [...faults, ...nothingChosen(v, meta)] }
}

function audienceIn(v: values.Values, { audience: kind, draft }: NewChatMeta): Audience {
  switch (kind) {
    case 'segment':
      return { kind, segmentId: values.chosen(v, 'segment') ?? '' }
    case 'customers':
      return { kind, ids: values.chosenOptions(v, 'customers').map(o => String(o.value)) }
    case 'typed':
      return { kind, text: values.typed(v, 'addresses') }
    case 'file':
      return { kind, name: values.filesIn(v, 'file')[0]?.name ?? draft?.list ?? '' }
  }
}

/** A field that Slack lets somebody leave empty, since another kind of audience needs it not. */
function nothingChosen(v: values.Values, { audience, draft }: NewChatMeta): Problem[] {
  if (audience === 'segment' && !values.chosen(v, 'segment'))
    return [new Problem('invalid', 'Choose a segment.', v.segment ? 'segment' : 'audience')]
  if (audience === 'file' && !draft?.list && !values.filesIn(v, 'file').length)
    return [new Problem('invalid', 'Give a CSV file.', 'file')]
  return []
}

/** What a form holds, to begin it with again. */
export function startIn(
  view: Pick<Submission['view'], 'private_metadata' | 'state'>,
  user: string,
): { meta: NewChatMeta; start: ChatStart } {
  const meta = values.metaOf<NewChatMeta>(view)
  const v = view.state.values
  const kept: Kept = { ...meta.kept, ...givenIn(v, meta) }
  const kind = values.typed(v, 'kind')
  const priority = values.chosen(v, 'priority') as Priority | null
  const sender = values.chosen(v, 'sender')
  const start: ChatStart = {
    ...kept,
    agent: values.chosenUser(v, 'agent') ?? user,
    subject: values.typed(v, 'subject'),
    message: values.richText(v, 'message'),
    ...(sender && { sender }),
    ...(kind && { kind }),
    ...(priority && { priority }),
    exclusions: exclusionsIn(v),
  }
  return { meta: { ...meta, kept }, start }
}

/** What is given in those fields that another choice would hide. */
function givenIn(v: values.Values, meta: NewChatMeta): Kept {
  return {
    ...(meta.audience === 'segment' && { segment: values.chosen(v, 'segment') }),
    ...(meta.audience === 'customers' && { customers: values.chosenOptions(v, 'customers') }),
    ...(meta.audience === 'typed' && { addresses: values.typed(v, 'addresses') }),
    ...(meta.isLater && { dueAt: values.chosenMoment(v, 'when') }),
  }
}

function exclusionsIn(v: values.Values): Exclusions {
  const ticked = values.ticked(v, 'exclusions')
  const days = values.typed(v, 'written_to_days').trim()
  return {
    unsubscribed: ticked.includes('unsubscribed'),
    duplicate: ticked.includes('duplicate'),
    openTicket: ticked.includes('openTicket'),
    writtenToDays: days === '' ? null : Number(days),
  }
}
