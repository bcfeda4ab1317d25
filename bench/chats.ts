import { fillFromCsv } from '../src/core/chats/audience.ts'
import { USUAL_EXCLUSIONS } from '../src/core/chats/blocks.ts'
import { startChat, stopChat } from '../src/core/chats/change.ts'
import { createChat } from '../src/core/chats/draft.ts'
import { dryRun } from '../src/core/chats/dry-run.ts'
import { chatById } from '../src/core/chats/find.ts'
import { chatRulesOf, setChatRules } from '../src/core/chats/rules.ts'
import { fromText } from '../src/core/document.ts'
import type { AgentRow, TeamRow } from '../src/db/schema.ts'
import type { Store } from '../src/db/store.ts'
import { csvOf, type SomeCustomers } from './list.ts'
import type { Listed } from './side.ts'
import { BODY } from './texts.ts'
import { clock, type Watch, watchProcess } from './watch.ts'

/** What ours does when a row about chats asks: one chat at a time, at full speed. */
export function chatAnswers(store: Store, team: TeamRow, agent: AgentRow) {
  let id = ''
  let watch: Watch | undefined

  /** Reads a list of that many and looks at all of it, as before a chat is sent. */
  async function listChat(customers: SomeCustomers): Promise<Listed> {
    const began = clock()
    const watched = watchProcess()
    await store.write(tx => setChatRules(tx, team.id, { ...chatRulesOf(team), ...AT_FULL_SPEED }))
    id = (await store.write(tx => createChat(tx, formOf(team, agent)))).id
    await fillFromCsv(store, id, csvOf(customers))
    const { willGet } = await dryRun(store, id)
    return { ms: clock() - began, listed: willGet, ...watched.end() }
  }

  return {
    listChat,
    async sendChat() {
      watch = watchProcess()
      const at = clock()
      await store.write(tx => startChat(tx, id, agent))
      return at
    },
    isChatOver: async () => (await store.read(q => chatById(q, id))).state === 'finished',
    async stopChat() {
      const at = clock()
      await store.write(tx => stopChat(tx, id, agent))
      return at
    },
    watched: () => watch?.end(),
  }
}

const AT_FULL_SPEED = { perSecond: 10_000, quietHours: null, approvalOver: null, capDays: 0 }

function formOf(team: TeamRow, agent: AgentRow) {
  return {
    teamId: team.id,
    senderId: null,
    agentId: agent.id,
    subject: 'News of your order {{ row.mark }}',
    body: fromText(`Hello {{ customer.first_name | default: "there" }},\n\n${BODY}`),
    kind: 'news',
    priority: 'medium' as const,
    audience: { kind: 'file' as const, name: 'list.csv' },
    exclusions: USUAL_EXCLUSIONS,
    files: [],
    dueAt: null,
    createdBy: agent,
  }
}
