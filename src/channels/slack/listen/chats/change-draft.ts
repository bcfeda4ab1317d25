import type { App, BlockAction } from '@slack/bolt'
import { agentById } from '../../../../core/agents.ts'
import type { Audience } from '../../../../core/chats/audience.ts'
import { USUAL_EXCLUSIONS } from '../../../../core/chats/blocks.ts'
import { chatById, fileNamesOf } from '../../../../core/chats/find.ts'
import { customerById } from '../../../../core/customers.ts'
import type { ChatRow } from '../../../../db/schema.ts'
import type { Query } from '../../../../db/store.ts'
import { newId } from '../../../../lib/id.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { type ChatStart, type Kept, type NewChatMeta, pickedOptions } from '../../views/chats/new-chat.ts'
import { initialText } from '../../views/excerpt.ts'
import { ids } from '../../views/ids.ts'
import { noTeam } from '../../views/tickets/new-ticket.ts'
import { admit, openForm, redrawView } from '../show.ts'
import { onPress, type Pressed } from '../showing-problems.ts'
import { formFor } from './chat-form.ts'

/** A draft that is not yet as it should be, and a chat that another is to be like. */
export function listenToDraftChanges(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.changeDraft,
    onPress(desk, pressed => reopen(desk, pressed)),
  )
  app.action<BlockAction>(
    ids.copyChat,
    onPress(desk, pressed => copy(desk, pressed)),
  )
}

/** The form again, in place of the dry run, with what the draft holds. */
async function reopen(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  await desk.people.agent(user)
  const { meta, start } = await desk.store.read(async q => {
    const chat = await chatById(q, value)
    if (chat.state !== 'draft') throw new Problem('conflict', 'Only a draft can be changed.')
    return formOf(q, chat, desk.store.now())
  })
  const form = await formFor(desk, user, meta, start)
  if (form && body.view) await redrawView(desk, body.view.id, form)
}

/** The form for another chat with what this one holds, but its files and its time. */
async function copy(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  await admit(desk, user)
  const { meta, start } = await desk.store.read(async q => formOf(q, await chatById(q, value), 0))
  const { draft, ...fresh } = { ...meta, isLater: false }
  const fault = draft?.files || draft?.list ? 'Files have to be given again.' : undefined
  await openForm(desk, body, (await formFor(desk, user, fresh, { ...start, dueAt: null }, fault)) ?? noTeam())
}

/** The form as the chat was written by it. `attempt` tells this form from those that the same view showed before. */
async function formOf(q: Query, chat: ChatRow, attempt: number): Promise<{ meta: NewChatMeta; start: ChatStart }> {
  const audience = JSON.parse(chat.audience) as Audience
  const dueAt = chat.due_at === null ? null : Math.floor(chat.due_at / 1000)
  const files = (await fileNamesOf(q, chat.id)).join(', ').slice(0, 200)
  const list = audience.kind === 'file' ? audience.name.slice(0, 100) : null
  const meta: NewChatMeta = {
    teamId: chat.team_id,
    origin: null,
    audience: audience.kind,
    isLater: dueAt !== null,
    attempt,
    kept: {},
    typing: newId(),
    draft: { id: chat.id, number: chat.number, files, list },
  }
  const start: ChatStart = {
    ...(await chosenBefore(q, audience)),
    dueAt,
    agent: (await agentById(q, chat.agent_id)).handle,
    sender: chat.sender_id,
    subject: chat.subject,
    message: initialText(JSON.parse(chat.body)),
    kind: chat.kind,
    priority: chat.priority,
    exclusions: { ...USUAL_EXCLUSIONS, ...JSON.parse(chat.exclusions) },
  }
  return { meta, start }
}

async function chosenBefore(q: Query, audience: Audience): Promise<Kept> {
  if (audience.kind === 'segment') return { segment: audience.segmentId }
  if (audience.kind === 'typed') return { addresses: audience.text }
  if (audience.kind === 'file') return {}
  const people = []
  for (const id of audience.ids) people.push(await customerById(q, id))
  return { customers: pickedOptions(people) }
}
