import { fillAudience } from '../../src/core/chats/audience.ts'
import { USUAL_EXCLUSIONS } from '../../src/core/chats/blocks.ts'
import { startChat } from '../../src/core/chats/change.ts'
import { type ChatForm, createChat } from '../../src/core/chats/draft.ts'
import { dryRun } from '../../src/core/chats/dry-run.ts'
import { type ChatRules, chatRulesOf, setChatRules } from '../../src/core/chats/rules.ts'
import { type Fed, feedChat } from '../../src/core/chats/send.ts'
import { type ChatView, chatView } from '../../src/core/chats/view.ts'
import { fromText } from '../../src/core/document.ts'
import type { Letter } from '../../src/core/letter.ts'
import type { ChatRecipientRow, ChatState } from '../../src/db/schema.ts'
import { startTown, type Town } from './town.ts'

/** The town, where Ann writes to many; nobody sleeps there unless a test says so. */
export interface ChatTown extends Town {
  rules(changes: Partial<ChatRules>): Promise<void>
  /** A draft of Ann's to those named, looked at once; whatever is given differs. */
  draft(to: string, changes?: Partial<ChatForm>): Promise<string>
  start(id: string): Promise<ChatState>
  feed(id: string, limit?: number): Promise<Fed>
  /** Starts it, and has all its mails accepted. Returns them by address. */
  sendAll(id: string): Promise<Map<string, Letter>>
  chat(id: string): Promise<ChatView>
  recipients(id: string): Promise<ChatRecipientRow[]>
}

export async function startChatTown(): Promise<ChatTown> {
  const town = await startTown()
  const { store } = town
  store.files = { ...store.files, publicUrl: 'https://overture.test' }

  const chatTown: ChatTown = {
    ...town,
    rules: changes =>
      store.write(async tx => {
        const team = await tx.q.selectFrom('teams').selectAll().where('id', '=', town.team.id).executeTakeFirstOrThrow()
        await setChatRules(tx, team.id, { ...chatRulesOf(team), ...changes })
      }),
    async draft(to, changes = {}) {
      const { id } = await store.write(tx => createChat(tx, { ...formOf(town, to), ...changes }))
      await fillAudience(store, id)
      await dryRun(store, id)
      return id
    },
    start: id => store.write(tx => startChat(tx, id, town.ann)),
    feed: (id, limit = 100) => store.write(tx => feedChat(tx, id, limit)),
    async sendAll(id) {
      await chatTown.start(id)
      await chatTown.feed(id)
      const letters = (await town.carry()).filter(l => l.thread.side === 'customer')
      await chatTown.feed(id)
      return new Map(letters.map(l => [l.thread.place, l]))
    },
    async chat(id) {
      const view = await store.read(q => chatView(q, store, id))
      if (!view) throw new Error('This chat is no more.')
      return view
    },
    recipients: id =>
      store.read(q => q.selectFrom('chat_recipients').selectAll().where('chat_id', '=', id).orderBy('line').execute()),
  }
  await chatTown.rules({ quietHours: null })
  return chatTown
}

function formOf(town: Town, to: string): ChatForm {
  return {
    teamId: town.team.id,
    senderId: null,
    agentId: town.ann.id,
    subject: 'News for {{ customer.company | default: "you" }}',
    body: fromText('Hello {{ customer.first_name | default: "there" }}, we have news.'),
    kind: 'news',
    priority: 'medium',
    audience: { kind: 'typed', text: to },
    exclusions: USUAL_EXCLUSIONS,
    files: [],
    dueAt: null,
    createdBy: town.ann,
  }
}
