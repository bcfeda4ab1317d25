import type { AgentRow, ChatRow, ChatState } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { actorOf } from '../agents.ts'
import { tellHooks } from '../hooks/heard.ts'
import { hoursOf } from '../hours/settings.ts'
import { isOpen } from '../hours/working-time.ts'
import { openedBy, refuseUnlessSends, refuseUnlessWrites, writingOf } from '../permissions/may.ts'
import { teamById } from '../teams.ts'
import { chatFault } from '../unsubscriptions.ts'
import { dryRunOf } from './dry-run.ts'
import { chatById } from './find.ts'
import { holdBack, letGo, takeBack } from './mails.ts'
import { redrawChat } from './redraw.ts'
import { type ChatRules, chatRulesOf } from './rules.ts'

/** From which states a chat may come to each; what is not here is refused. */
const FROM: Record<ChatState, ChatState[]> = {
  draft: [],
  scheduled: ['draft', 'awaiting_approval'],
  awaiting_approval: ['draft'],
  sending: ['draft', 'scheduled', 'awaiting_approval', 'paused'],
  paused: ['sending', 'finished'],
  stopped: ['scheduled', 'awaiting_approval', 'sending', 'paused', 'finished'],
  finished: ['sending'],
}

const STATE_WORDS: Record<ChatState, string> = {
  draft: 'a draft',
  scheduled: 'scheduled',
  awaiting_approval: 'waiting for approval',
  sending: 'being sent',
  paused: 'paused',
  stopped: 'stopped',
  finished: 'finished',
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 3_600_000

/** Sends a draft, or has it wait for its time or for somebody's yes. Throws a Problem when nobody would get it. */
export async function startChat(tx: Tx, id: string, agent: AgentRow): Promise<ChatState> {
  const chat = await chatById(tx.q, id)
  await refuseUnlessWrites(tx.q, agent.id, chat.team_id)
  const fault = chatFault(tx.files)
  if (fault) throw new Problem('conflict', fault)
  const { willGet } = await dryRunOf(tx.q, id)
  if (willGet === 0) throw new Problem('conflict', 'Nobody would get this: all recipients are left out.')
  const rules = chatRulesOf(await teamById(tx.q, chat.team_id))
  const why = await approvalFor(tx.q, id, tx.now)
  if (why) await become(tx, chat, 'awaiting_approval', { approval_reason: why, created_by: agent.id })
  else await schedule(tx, chat, rules, {})
  return (await chatById(tx.q, id)).state
}

/** Why somebody else must agree if the chat is started at this moment (ms UTC), a finished sentence; null when nobody must. */
export async function approvalFor(q: Query, id: string, now: number): Promise<string | null> {
  const chat = await chatById(q, id)
  const { willGet } = await dryRunOf(q, id)
  const rules = chatRulesOf(await teamById(q, chat.team_id))
  return whyApproval(q, chat, rules, willGet, Math.max(chat.due_at ?? now, now))
}

/** Another agent than its author agrees. */
export async function approveChat(tx: Tx, id: string, agent: AgentRow): Promise<ChatState> {
  const chat = await chatById(tx.q, id)
  if (chat.state !== 'awaiting_approval') throw new Problem('conflict', `This chat is ${STATE_WORDS[chat.state]}.`)
  if (agent.id === chat.created_by || agent.id === chat.agent_id)
    throw new Problem('forbidden', 'Somebody else than its author has to approve it.')
  await refuseUnlessSends(tx.q, actorOf(agent), openedBy(agent.id, chat.team_id))
  const rules = chatRulesOf(await teamById(tx.q, chat.team_id))
  await schedule(tx, chat, { ...rules, vetoMinutes: null }, { approved_by: agent.id, approved_at: tx.now })
  return (await chatById(tx.q, id)).state
}

export async function pauseChat(tx: Tx, id: string, agent: AgentRow): Promise<void> {
  const chat = await chatById(tx.q, id)
  await refuseUnlessWrites(tx.q, agent.id, chat.team_id)
  await refuseOver(tx.q, chat)
  await pause(tx, chat, `${agent.name} paused it.`)
}

/** Sends no more until somebody resumes it: what is not out yet is held back. */
export async function pause(tx: Tx, chat: ChatRow, reason: string): Promise<void> {
  await become(tx, chat, 'paused', { reason })
  await holdBack(tx, chat.id)
}

export async function resumeChat(tx: Tx, id: string, agent: AgentRow): Promise<void> {
  const chat = await chatById(tx.q, id)
  await refuseUnlessWrites(tx.q, agent.id, chat.team_id)
  await become(tx, chat, 'sending', { reason: null }, ['paused'])
  await letGo(tx, id)
}

/** Ends it for good: who has not got it never will. */
export async function stopChat(tx: Tx, id: string, agent: AgentRow, reason = ''): Promise<void> {
  const chat = await chatById(tx.q, id)
  await refuseUnlessWrites(tx.q, agent.id, chat.team_id)
  await refuseOver(tx.q, chat)
  const why = `${agent.name} stopped it.${reason.trim() ? ` ${reason.trim()}` : ''}`
  await become(tx, chat, 'stopped', { reason: why, finished_at: tx.now })
  await takeBack(tx, id)
}

/** One that is finished can be paused or stopped as long as follow-ups are to go. */
async function refuseOver(q: Query, chat: ChatRow): Promise<void> {
  if (chat.state !== 'finished') return
  const next = await q
    .selectFrom('chat_recipients')
    .select('id')
    .where('chat_id', '=', chat.id)
    .where('step_due_at', 'is not', null)
    .limit(1)
    .executeTakeFirst()
  if (!next) throw new Problem('conflict', 'This chat is finished, and no follow-up is to go.')
}

/** A draft that nobody wants is gone, with its recipients. */
export async function discardChat(tx: Tx, id: string, agent: AgentRow): Promise<void> {
  const chat = await chatById(tx.q, id)
  await refuseUnlessWrites(tx.q, agent.id, chat.team_id)
  if (chat.state !== 'draft') throw new Problem('conflict', `This chat is ${STATE_WORDS[chat.state]}; stop it instead.`)
  for (const table of ['chat_recipients', 'chat_files', 'chat_steps', 'chat_posts'] as const)
    await tx.q.deleteFrom(table).where('chat_id', '=', id).execute()
  await tx.q.deleteFrom('chats').where('id', '=', id).execute()
}

/** A scheduled chat whose time has come. */
export async function beginChat(tx: Tx, id: string): Promise<void> {
  const chat = await chatById(tx.q, id)
  if (chat.state === 'scheduled') await become(tx, chat, 'sending', { started_at: chat.started_at ?? tx.now })
}

/** Nothing more is to go out. */
export async function finishChat(tx: Tx, chat: ChatRow): Promise<void> {
  await become(tx, chat, 'finished', { finished_at: tx.now })
  await tellHooks(tx, [{ cause: 'chat', sourceId: chat.id }])
}

async function schedule(tx: Tx, chat: ChatRow, rules: ChatRules, more: Partial<ChatRow>): Promise<void> {
  const veto = rules.vetoMinutes === null ? null : tx.now + rules.vetoMinutes * MINUTE_MS
  const due = Math.max(chat.due_at ?? tx.now, veto ?? tx.now)
  const isNow = due <= tx.now
  await become(tx, chat, isNow ? 'sending' : 'scheduled', {
    ...more,
    due_at: due,
    reason: null,
    ...(isNow && { started_at: tx.now }),
  })
}

/** One change of state at a time; a Problem for one that is not allowed, or that somebody else was faster with. */
async function become(
  tx: Tx,
  chat: ChatRow,
  state: ChatState,
  changes: Partial<ChatRow>,
  from: ChatState[] = FROM[state],
): Promise<void> {
  const { numUpdatedRows } = await tx.q
    .updateTable('chats')
    .set({ ...changes, state, updated_at: tx.now })
    .where('id', '=', chat.id)
    .where('state', 'in', from)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) {
    const now = await chatById(tx.q, chat.id)
    throw new Problem('conflict', `This chat is ${STATE_WORDS[now.state]}, so it cannot be ${DEED[state]}.`)
  }
  await redrawChat(tx, chat.id)
  tx.wake('chats')
}

const DEED: Record<ChatState, string> = {
  draft: 'changed',
  scheduled: 'scheduled',
  awaiting_approval: 'put up for approval',
  sending: 'sent',
  paused: 'paused',
  stopped: 'stopped',
  finished: 'finished',
}

/** Why somebody else must agree, a finished sentence; null when nobody must. */
async function whyApproval(
  q: Query,
  chat: ChatRow,
  rules: ChatRules,
  willGet: number,
  at: number,
): Promise<string | null> {
  if ((await writingOf(q, chat.created_by, openedBy(chat.created_by, chat.team_id))) === 'drafts')
    return 'Its author drafts: somebody else sends it.'
  if (rules.approvalOver !== null && willGet > rules.approvalOver)
    return `It goes to ${willGet.toLocaleString('en')} people; more than ${rules.approvalOver.toLocaleString('en')} need approval.`
  if (rules.newAgentDays > 0 && (await isNew(q, chat, at - rules.newAgentDays * DAY_MS)))
    return 'Its author is new in the team.'
  if (rules.outsideHours && !isOpen(hoursOf(await teamById(q, chat.team_id)), at))
    return 'It would go out outside the working hours.'
  return null
}

/** Whether its author, or the agent in whose name it goes out, is in the team since then at most (ms UTC). */
async function isNew(q: Query, { team_id, agent_id, created_by }: ChatRow, since: number): Promise<boolean> {
  const authors = [...new Set([agent_id, created_by])]
  const old = await q
    .selectFrom('team_members')
    .select('agent_id')
    .where('team_id', '=', team_id)
    .where('agent_id', 'in', authors)
    .where('joined_at', '<=', since)
    .execute()
  return old.length < authors.length
}
