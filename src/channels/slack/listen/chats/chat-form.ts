import type { BlockAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { USUAL_EXCLUSIONS } from '../../../../core/chats/blocks.ts'
import { segments } from '../../../../core/chats/segments.ts'
import { templateById, templatesFor } from '../../../../core/templates/templates.ts'
import { chatFault } from '../../../../core/unsubscriptions.ts'
import { newId } from '../../../../lib/id.ts'
import type { Desk } from '../../desk.ts'
import { type ChatStart, type NewChatMeta, newChatForm } from '../../views/chats/new-chat.ts'
import { noTeam } from '../../views/tickets/new-ticket.ts'
import { senderChoice } from '../sender-choice.ts'
import { redrawForm } from '../show.ts'
import { withInserted } from '../tickets/compose.ts'
import * as values from '../values.ts'
import { startIn } from './read-chat.ts'

/** The form for a chat, with nothing in it. */
export async function freshChat(desk: Desk, user: string, origin: string | null): Promise<ModalView> {
  const typing = newId()
  const meta: NewChatMeta = { teamId: '', origin, audience: 'segment', isLater: false, attempt: 0, kept: {}, typing }
  return (await formFor(desk, user, meta, { agent: user, exclusions: USUAL_EXCLUSIONS })) ?? noTeam()
}

/** The form again, as it was left; files cannot be given for somebody. */
export async function restoredChat(desk: Desk, user: string, view: Parameters<typeof startIn>[0]): Promise<ModalView> {
  const { meta, start } = startIn(view, user)
  const v = view.state.values
  const hadFiles = values.filesIn(v).length + values.filesIn(v, 'file').length > 0
  const says = hadFiles ? 'Files have to be given again.' : undefined
  return (
    (await formFor(desk, user, { ...meta, teamId: values.chosen(v, 'team') ?? meta.teamId }, start, says)) ?? noTeam()
  )
}

/** The form as it stands at `meta`; undefined while there is no team. */
export async function formFor(
  desk: Desk,
  user: string,
  meta: NewChatMeta,
  start: ChatStart,
  fault?: string,
): Promise<ModalView | undefined> {
  return desk.store.read(async q => {
    const choice = await senderChoice(q, user, meta)
    if (!choice) return undefined
    const { team, senders, usual } = choice
    const chosen = senders.find(s => s.id === start.sender)
    return newChatForm({
      ...choice,
      usual: chosen ? { id: chosen.id, instead: null } : usual,
      segments: await segments(q),
      templates: await templatesFor(q, user, { teamId: team.id, limit: 100 }),
      files: desk.store.files,
      obstacle: chatFault(desk.store.files),
      meta: { ...meta, teamId: team.id },
      start,
      ...(fault !== undefined && { fault }),
    })
  })
}

/** Puts a template into the form as it is: each recipient's own words are filled in when their mail is made. */
export async function insertIntoChat(
  desk: Desk,
  body: BlockAction,
  templateId: string,
): Promise<ModalView | undefined> {
  const { view, user } = body
  if (!view) return undefined
  const agent = await desk.people.agent(user.id)
  const template = await desk.store.read(q => templateById(q, templateId, agent.id))
  const { meta, start } = startIn(view, user.id)
  const filled = {
    ...start,
    subject: template.subject || (start.subject ?? ''),
    message: withInserted(start.message, JSON.parse(template.body)),
  }
  const form = await formFor(desk, user.id, { ...meta, rev: (meta.rev ?? 0) + 1 }, filled)
  if (form) await redrawForm(desk, view, form)
  return form
}
