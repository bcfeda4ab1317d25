import { createHash } from 'node:crypto'
import type { ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { isFirstTime, storeInbound } from '../../../core/inbound/store.ts'
import type { NewFile } from '../../../core/view.ts'
import type { Tx } from '../../../db/store.ts'
import { Problem, Problems } from '../../../lib/problem.ts'
import type { Desk } from '../desk.ts'
import { downloadFiles } from '../files.ts'
import { faultView } from '../views/tickets/new-ticket.ts'
import { said } from '../views/tickets/prompts.ts'
import { redrawView } from './show.ts'
import * as values from './values.ts'

/** A submitted form as it is kept: files take longer to fetch than Slack waits. */
export interface Submission {
  type: 'view_submission'
  user: { id: string }
  view: { id: string; callback_id: string; private_metadata: string; state: ViewSubmitAction['view']['state'] }
}

/** Stores a submission before it is acknowledged; the same form twice is one, unless it is another attempt. */
export async function storeSubmission(tx: Tx, { user, view }: Submission, attempt = 0): Promise<void> {
  const { id, callback_id, private_metadata, state } = view
  const kept: Submission = {
    type: 'view_submission',
    user: { id: user.id },
    view: { id, callback_id, private_metadata, state },
  }
  const key = keyOf(id, attempt)
  await storeInbound(tx, { channel: 'slack', key, raw: Buffer.from(JSON.stringify(kept)) })
}

/** What a submission is known by: a form that came back with a fault can be submitted again. */
export function keyOf(viewId: string, attempt = 0): string {
  return attempt ? `view:${viewId}:${attempt}` : `view:${viewId}`
}

/**
 * Does what a form asks for, or a press in a view, once: the same again, as after a double click, changes nothing more. What
 * says something else is another, and so is a view that was drawn anew since. Returns what came of it, or undefined when it
 * was done before.
 */
export async function once<T>(tx: Tx, view: Filled, work: () => Promise<T>): Promise<T | undefined> {
  const said = createHash('sha256').update(JSON.stringify(view.state.values)).digest('base64url')
  return (await isFirstTime(tx, `once:${view.id}:${view.hash}:${said}`)) ? work() : undefined
}

type Filled = Pick<ViewSubmitAction['view'], 'id' | 'hash'> & { state: { values: values.Values } }

/**
 * Does what a stored submission asks for, with its files, and shows what came of it in the form's place, or in a direct
 * message when the form is gone and there was a fault. Throws only for what is to be tried again.
 */
export async function finish(
  desk: Desk,
  body: Submission,
  title: string,
  work: (files: NewFile[]) => Promise<ModalView>,
): Promise<void> {
  try {
    const given = values.filesWith(body.view)
    const view = await work(
      await downloadFiles(
        desk,
        given.map(f => f.id),
      ),
    )
    await redrawView(desk, body.view.id, view)
  } catch (error) {
    if (!(error instanceof Problem || error instanceof Problems)) throw error
    const written = values.richText(body.view.state.values, 'message')
    if (await redrawView(desk, body.view.id, faultView(title, error.message, written))) return
    const { text, blocks } = said(`${title}: ${error.message} Nothing was sent.`)
    await desk.bulk.chat.postMessage({
      channel: body.user.id,
      text,
      blocks: [...blocks, ...(written ? [written] : [])],
    })
  }
}

const begun = new WeakMap<Desk, Map<string, Promise<ModalView>>>()
const REMEMBERED_MS = 60_000

/** A form that comes twice makes one secret, and both times it is that which is shown: nobody sees it later. */
export function sameFor(desk: Desk, viewId: string, work: () => Promise<ModalView>): Promise<ModalView> {
  const views = begun.get(desk) ?? new Map<string, Promise<ModalView>>()
  begun.set(desk, views)
  const known = views.get(viewId)
  if (known) return known
  const view = work()
  views.set(viewId, view)
  setTimeout(() => views.delete(viewId), REMEMBERED_MS).unref()
  view.catch(() => views.delete(viewId))
  return view
}
