import type { AgentRow, ChatRow, Priority, SenderRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { gathering, Problem, Problems, underField } from '../../lib/problem.ts'
import { agentById } from '../agents.ts'
import { keepBytes, refuseUnmailable } from '../attachments.ts'
import { type Document, isEmpty } from '../document.ts'
import { refuseUnlessWrites } from '../permissions/may.ts'
import { refuseUnlessLead } from '../permissions/roles.ts'
import { usableSender } from '../senders/usual.ts'
import { teamById } from '../teams.ts'
import type { NewFile } from '../view.ts'
import type { Audience } from './audience.ts'
import type { Exclusions } from './blocks.ts'
import { chatById } from './find.ts'

export interface ChatForm {
  teamId: string
  senderId: string | null // null: the agent's usual one in the team, or the team's
  agentId: string // in whose name it is written
  subject: string // Liquid
  body: Document // whose text is Liquid
  kind: string // what customers can leave it by
  priority: Priority
  audience: Audience
  exclusions: Exclusions
  files: NewFile[]
  dueAt: number | null // ms UTC; null: as soon as it is started
  createdBy: AgentRow
  dedupKey?: string // the same key again is the same chat
}

/**
 * Makes a draft; its recipients are written down after it (audience.ts). Each fault is one of the Problems thrown, with
 * the field at fault.
 */
export async function createChat(tx: Tx, form: ChatForm): Promise<ChatRow> {
  const known = form.dedupKey && (await chatByDedupKey(tx.q, form.dedupKey))
  if (known) return known
  const sender = await readForm(tx, form, form.files.map(sized))
  const row: ChatRow = {
    id: newId(),
    number: await nextNumber(tx.q),
    ...columnsOf(form, sender),
    state: 'draft',
    reason: null,
    approval_reason: null,
    approved_by: null,
    approved_at: null,
    started_at: null,
    finished_at: null,
    dedup_key: form.dedupKey ?? null,
    created_at: tx.now,
    updated_at: tx.now,
    card_id: null,
    card_attempts: 0,
    card_due_at: null,
  }
  await tx.q.insertInto('chats').values(row).execute()
  await keepFiles(tx, row.id, form.files)
  return row
}

/**
 * Changes a draft, which keeps its number, and its files where none are given; its recipients are written down after it.
 * Throws as createChat does, and a Problem for what is no draft any more.
 */
export async function changeDraft(tx: Tx, id: string, form: ChatForm): Promise<ChatRow> {
  const sender = await readForm(tx, form, form.files.map(sized))
  const { numUpdatedRows } = await tx.q
    .updateTable('chats')
    .set({ ...columnsOf(form, sender), updated_at: tx.now })
    .where('id', '=', id)
    .where('state', '=', 'draft')
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw new Problem('conflict', 'Only a draft can be changed.')
  if (form.files.length) {
    await tx.q.deleteFrom('chat_files').where('chat_id', '=', id).execute()
    await keepFiles(tx, id, form.files)
  }
  return chatById(tx.q, id)
}

/** Throws the Problems that createChat would, for files of these sizes that are yet to be fetched; changes nothing. */
export async function checkChat(tx: Tx, form: ChatForm, files: { name: string; size: number }[]): Promise<void> {
  await readForm(tx, form, files)
}

async function readForm(tx: Tx, form: ChatForm, files: { name: string; size: number }[]): Promise<SenderRow> {
  const faults: Problem[] = []
  const gather = gathering(faults)
  await gather(() => teamById(tx.q, form.teamId))
  await gather(() => refuseGone(tx.q, form.agentId))
  await gather(() => refuseUnlessWrites(tx.q, form.createdBy.id, form.teamId))
  const subject = form.subject.trim()
  if (!subject) faults.push(new Problem('invalid', 'Give the mails a subject.', 'subject'))
  if (subject.length > 255) faults.push(new Problem('invalid', 'A subject has at most 255 characters.', 'subject'))
  if (isEmpty(form.body)) faults.push(new Problem('invalid', 'Write a message.', 'message'))
  const { readTemplate } = await import('../liquid.ts')
  await gather(() => readTemplate(subject, []))
  await gather(() => readTemplate('', form.body))
  await gather(() => refuseUnmailable(tx.files, files))
  await gather(() => refuseNobody(form.audience))
  await gather(() => refuseSwitchedOff(tx.q, form))
  if (form.dueAt !== null && form.dueAt < tx.now)
    faults.push(new Problem('invalid', 'This moment is over. Choose one that is to come.', 'when'))
  const days = form.exclusions.writtenToDays
  if (days !== null && (!Number.isInteger(days) || days < 0 || days > 365))
    faults.push(new Problem('invalid', 'The days are a whole number from 0 to 365.', 'written_to_days'))
  const sender = await gather(() => usableSender(tx.q, form.teamId, form.senderId, form.agentId))
  if (faults.length || !sender) throw new Problems(faults)
  return sender
}

/** Nothing goes out in the name of somebody who left. */
async function refuseGone(q: Query, agentId: string): Promise<void> {
  const agent = await agentById(q, agentId)
  if (agent.deactivated_at !== null) throw new Problem('invalid', `${agent.name} is no longer here.`, 'agent')
}

/** Whom nobody should write to is left out, unless a lead says otherwise. */
async function refuseSwitchedOff(q: Query, { exclusions, createdBy, teamId }: ChatForm): Promise<void> {
  if (exclusions.unsubscribed && exclusions.duplicate) return
  await underField('exclusions', () => refuseUnlessLead(q, createdBy.id, teamId))
}

function refuseNobody(audience: Audience): void {
  if (audience.kind === 'customers' && !audience.ids.length)
    throw new Problem('invalid', 'Choose at least one customer.', 'audience')
  if (audience.kind === 'typed' && !audience.text.trim())
    throw new Problem('invalid', 'Paste at least one address.', 'audience')
}

function columnsOf(form: ChatForm, sender: SenderRow) {
  return {
    team_id: form.teamId,
    sender_id: sender.id,
    agent_id: form.agentId,
    created_by: form.createdBy.id,
    subject: form.subject.trim().replace(/\s+/g, ' '),
    body: JSON.stringify(form.body),
    kind: kindName(form.kind),
    priority: form.priority,
    audience: JSON.stringify(form.audience),
    exclusions: JSON.stringify(form.exclusions),
    due_at: form.dueAt,
  }
}

/** The word that a kind is stored and left by. */
function kindName(typed: string): string {
  return (
    typed
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40) || 'news'
  )
}

async function nextNumber(q: Query): Promise<number> {
  const row = await q
    .selectFrom('chats')
    .select(e => e.fn.max('number').as('n'))
    .executeTakeFirst()
  return Number(row?.n ?? 0) + 1
}

function chatByDedupKey(q: Query, key: string): Promise<ChatRow | undefined> {
  return q.selectFrom('chats').selectAll().where('dedup_key', '=', key).executeTakeFirst()
}

async function keepFiles(tx: Tx, chatId: string, files: NewFile[]): Promise<void> {
  let position = 0
  for (const { name, type, bytes } of files) {
    const sha256 = await keepBytes(tx, bytes)
    const file = { chat_id: chatId, position: position++, name, type, size: bytes.length, sha256 }
    await tx.q.insertInto('chat_files').values(file).execute()
  }
}

function sized({ name, bytes }: NewFile): { name: string; size: number } {
  return { name, size: bytes.length }
}
