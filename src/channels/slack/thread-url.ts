import { threadsOf } from '../../core/threads.ts'
import type { Desk } from './desk.ts'

/** Where the ticket's thread is; null until its card was posted, and for a chat's ticket that nobody has answered. */
export async function threadUrl(desk: Desk, ticketId: string): Promise<string | null> {
  const thread = (await desk.store.read(q => threadsOf(q, ticketId))).find(t => t.side === 'desk')
  if (!thread?.root || !desk.self.teamUrl) return null
  return `${desk.self.teamUrl.replace(/\/?$/, '/')}archives/${thread.place}/p${thread.root.replace('.', '')}`
}
