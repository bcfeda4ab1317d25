import { type Audience, fillAudience } from '../../../../core/chats/audience.ts'
import { USUAL_EXCLUSIONS } from '../../../../core/chats/blocks.ts'
import { discardChat, startChat } from '../../../../core/chats/change.ts'
import { createChat } from '../../../../core/chats/draft.ts'
import { dryRun, dryRunOf } from '../../../../core/chats/dry-run.ts'
import { chatById } from '../../../../core/chats/find.ts'
import { segments } from '../../../../core/chats/segments.ts'
import type { AgentRow, ChatRow, ChatState } from '../../../../db/schema.ts'
import type { Query } from '../../../../db/store.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { mendVariable, mendVariables } from '../../variables.ts'
import { agentIn, type Inputs, messageIn, type Outputs, teamIn, textIn } from './inputs.ts'

/**
 * *Send a proactive chat*: what the form and its dry run do, with the usual exclusions. Where the team's rules want
 * somebody else's yes, it waits for that, and says so.
 */
export async function sendChatStep(desk: Desk, inputs: Inputs, key: string): Promise<Outputs> {
  const agent = await agentIn(desk, inputs)
  const chat = await draftOf(desk, inputs, agent, key)
  if (chat.state === 'draft') await start(desk, chat, agent)
  return desk.store.read(async q => {
    const { number, state } = await chatById(q, chat.id)
    return { chat: number, state: stateWords[state] ?? state, recipients: (await dryRunOf(q, chat.id)).willGet }
  })
}

const stateWords: Partial<Record<ChatState, string>> = {
  sending: 'being sent',
  awaiting_approval: 'waiting for approval',
}

async function draftOf(desk: Desk, inputs: Inputs, agent: AgentRow, key: string): Promise<ChatRow> {
  const body = mendVariables(await messageIn(desk, inputs, 'message'))
  return desk.store.write(async tx =>
    createChat(tx, {
      teamId: (await teamIn(tx.q, inputs, agent)).id,
      senderId: null,
      agentId: agent.id,
      subject: mendVariable(textIn(inputs, 'subject')),
      body,
      kind: textIn(inputs, 'kind'),
      priority: 'medium',
      audience: await audienceIn(tx.q, inputs),
      exclusions: USUAL_EXCLUSIONS,
      files: [],
      dueAt: null,
      createdBy: agent,
      dedupKey: key,
    }),
  )
}

/** A segment by its name, or addresses. */
async function audienceIn(q: Query, inputs: Inputs): Promise<Audience> {
  const typed = textIn(inputs, 'recipients')
  if (typed.includes('@')) return { kind: 'typed', text: typed.replace(/<mailto:([^|>]+)[^>]*>/g, '$1') }
  const segment = (await segments(q)).find(s => s.name.toLowerCase() === typed.toLowerCase())
  if (segment) return { kind: 'segment', segmentId: segment.id }
  throw new Problem('not_found', `There is no segment “${typed.slice(0, 80)}”, and it is no address either.`)
}

/** What cannot be sent leaves no draft behind that nobody asked for. */
async function start(desk: Desk, chat: ChatRow, agent: AgentRow): Promise<void> {
  try {
    await fillAudience(desk.store, chat.id)
    await dryRun(desk.store, chat.id)
    await desk.store.write(tx => startChat(tx, chat.id, agent))
  } catch (error) {
    if (error instanceof Problem) await desk.store.write(tx => discardChat(tx, chat.id, agent))
    throw error
  }
}
