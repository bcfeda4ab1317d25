import { threadOf } from '../../core/threads.ts'
import type { Desk } from './desk.ts'

/** Where the ticket's thread is; null until its card was posted. */
export async function threadUrl(desk: Desk, ticketId: string): Promise<string | null> {
  const thread = await desk.store.read(q => threadOf(q, ticketId, 'desk'))
  if (!thread.root || !desk.self.teamUrl) return null
  return `${desk.self.teamUrl.replace(/\/?$/, '/')}archives/${thread.place}/p${thread.root.replace('.', '')}`
}
