import type { ModalView } from '@slack/types'
import { agentByHandle } from '../../../../core/agents.ts'
import { draftBegun } from '../../../../core/drafts.ts'
import type { Desk } from '../../desk.ts'
import { begunView, type Writing } from '../../views/tickets/begun.ts'
import { freshChat } from '../chats/chat-form.ts'
import { openForm } from '../show.ts'
import { noteComposer } from './note-form.ts'
import { composer } from './reply-form.ts'

/** Opens a composer; what was begun there before and not sent is offered first. */
export async function openWriting(
  desk: Desk,
  from: { trigger_id: string; user: { id: string }; view?: { type: string; id?: string } | undefined },
  writing: Writing,
): Promise<void> {
  const begun = await desk.store.read(async q => {
    const agent = await agentByHandle(q, from.user.id)
    return agent && draftBegun(q, agent.id, writing)
  })
  await openForm(desk, from, begun ? begunView(writing, begun) : await freshWriting(desk, from.user.id, writing))
}

/** The composer with nothing in it. */
export function freshWriting(desk: Desk, user: string, { kind, ticketId, origin }: Writing): Promise<ModalView> {
  if (kind === 'chat') return freshChat(desk, user, origin)
  return kind === 'note' ? noteComposer(desk, user, { ticketId: ticketId ?? '' }) : composer(desk, user, ticketId ?? '')
}
