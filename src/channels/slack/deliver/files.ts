import type { Letter } from '../../../core/letter.ts'
import { LINK_MS, linkTo } from '../../../core/links.ts'
import type { Desk } from '../desk.ts'
import { type LeftOut, sortOut, uploadFiles } from '../files.ts'
import { leftOutPost, shownFiles } from '../views/files.ts'
import { findParts, type Left, mark, plain } from './posted.ts'

/** The part of a letter that tells of files which are not in Slack. */
const LEFT_OUT = 1_000

/** Puts the files of a message into its thread; those that Slack does not take are named there, with a link to each. */
export async function showFiles(desk: Desk, letter: Letter, root: string, before?: Left): Promise<void> {
  const message = letter.message ?? letter.ticket.opening
  const files = message ? shownFiles(message) : []
  if (!files.length) return
  const names = files.map(f => f.name)
  const left = before ?? (letter.attempts > 1 ? await findParts(desk, letter, root, letter.id, names) : undefined)
  const { fit, out } = sortOut(files)
  const channel = letter.thread.place
  if (fit.length && !left?.hasFiles) out.push(...(await uploadFiles(desk, { channel, threadTs: root }, fit)))
  if (out.length && !left?.parts.has(LEFT_OUT)) await tellOfLeftOut(desk, letter, root, out)
}

async function tellOfLeftOut(desk: Desk, letter: Letter, root: string, out: LeftOut[]): Promise<void> {
  const until = desk.store.now() + LINK_MS
  const files = out.map(({ file, why }) => ({
    file,
    why,
    link: file.size > 0 ? linkTo(desk.store, file.id, until) : null,
  }))
  await desk.bulk.chat.postMessage({
    channel: letter.thread.place,
    thread_ts: root,
    ...leftOutPost(files),
    ...plain,
    metadata: mark(letter.id, LEFT_OUT),
  })
}
