import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { approvalFor, startChat } from '../../../../core/chats/change.ts'
import { dryRun, dryRunOf, previewFor, recipientsCsv } from '../../../../core/chats/dry-run.ts'
import { findRecipients } from '../../../../core/chats/find.ts'
import { sendToMe } from '../../../../core/chats/try.ts'
import { Problem, Problems } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { sendFile } from '../../files.ts'
import { escaped } from '../../views/blocks.ts'
import {
  type DryRunMeta,
  type DryRunPage,
  dryRunView,
  type Preview,
  recipientOption,
  startedView,
} from '../../views/chats/dry-run.ts'
import { ids } from '../../views/ids.ts'
import { workingView } from '../../views/tickets/new-ticket.ts'
import { said } from '../../views/tickets/prompts.ts'
import { onSearch } from '../search.ts'
import { admit, loadChat, openForm, redrawView } from '../show.ts'
import { type Done, onPress, onSubmit, type Pressed, sentenceFor } from '../showing-problems.ts'
import { once } from '../submission.ts'
import * as values from '../values.ts'

const MOST_FOUND = 20

/** What a draft would do: looked at, tried on oneself, and sent. */
export function listenToDryRuns(app: App, desk: Desk): void {
  const on = (id: string, work: (pressed: Pressed) => Promise<void>) => app.action<BlockAction>(id, onPress(desk, work))
  on(ids.openDryRun, pressed => open(desk, pressed))
  on(ids.findRecipient, pressed => pick(desk, pressed))
  on(ids.sendToMe, pressed => tryOnMe(desk, pressed))
  on(ids.blockedCsv, pressed => giveBlocked(desk, pressed))
  on(ids.saveDraft, pressed => keep(desk, pressed))
  onSearch(app, desk, ids.findRecipient, async ({ typed, meta }) => {
    const { chatId } = meta as unknown as DryRunMeta
    return { options: (await desk.store.read(q => findRecipients(q, chatId, typed, MOST_FOUND))).map(recipientOption) }
  })
  app.view<ViewSubmitAction>(
    ids.forms.dryRun,
    onSubmit(desk, body => send(desk, body)),
  )
}

/** Draws the dry run in a form's place; in a direct message where the form is closed. */
export async function showDryRun(desk: Desk, user: string, viewId: string, chatId: string): Promise<void> {
  if (await redrawView(desk, viewId, await pageOf(desk, chatId))) return
  const { number } = await loadChat(desk, chatId)
  await desk.bulk.chat.postMessage({
    channel: user,
    ...said(`Chat ${number} is a draft. Its dry run is ready: /chat ${number} shows it. Nothing was sent.`),
  })
}

/**
 * The dry run of a draft as it was last looked at, with the first recipient's mail until another is picked; or what became
 * of a chat that is none any more.
 */
async function pageOf(
  desk: Desk,
  chatId: string,
  chosen: Preview['picked'] | null = null,
  words: Pick<DryRunPage, 'fault' | 'done'> = {},
): Promise<ModalView> {
  const chat = await loadChat(desk, chatId)
  if (chat.state !== 'draft') return startedView(chat)
  return desk.store.read(async q => {
    const picked = chosen ?? (await findRecipients(q, chatId, '', 1)).map(recipientOption)[0]
    const preview = picked && { picked, ...(await previewFor(q, chatId, String(picked.value))) }
    const approvalReason = await approvalFor(q, chatId, desk.store.now())
    return dryRunView({
      chat: { ...chat, approvalReason },
      run: await dryRunOf(q, chatId),
      preview: preview ?? null,
      ...words,
    })
  })
}

/** What is true of the customers may have changed since the draft was kept, so it is looked at anew. */
async function open(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  await admit(desk, user)
  const viewId = await openForm(desk, body, workingView('Dry run'))
  await dryRun(desk.store, value)
  await redrawView(desk, viewId, await pageOf(desk, value))
}

async function pick(desk: Desk, { body, user }: Pressed): Promise<void> {
  await admit(desk, user)
  await redrawHere(desk, body)
}

async function tryOnMe(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  const { view } = body
  if (!view) return
  const agent = await desk.people.agent(user)
  const picked = pickedIn(body)
  const words = await desk.store
    .write(tx => once(tx, view, () => sendToMe(tx, value, picked ? String(picked.value) : null, agent)))
    .then(
      () => ({ done: `The mail is on its way to ${agent.email}.` }),
      error => ({ fault: sentenceFor(desk, error) }),
    )
  await redrawHere(desk, body, words)
}

async function giveBlocked(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  await admit(desk, user)
  await giveCsv(desk, user, value, 'blocked')
  await redrawHere(desk, body, { done: 'The file is in your direct messages with Overture.' })
}

/** Puts the recipients into somebody's direct messages, as a file that nobody else sees. */
export async function giveCsv(desk: Desk, user: string, chatId: string, which: 'blocked' | 'all'): Promise<void> {
  const { number, subject } = await loadChat(desk, chatId)
  const what = which === 'blocked' ? 'Who gets nothing of' : 'The recipients of'
  await sendFile(desk, user, {
    name: `chat-${number}-${which === 'blocked' ? 'blocked' : 'recipients'}.csv`,
    text: recipientsCsv(desk.store, chatId, which),
    comment: `${what} chat ${number}: ${escaped(subject)}`,
  })
}

async function keep(desk: Desk, { body, value }: Pressed): Promise<void> {
  if (body.view) await redrawView(desk, body.view.id, startedView(await loadChat(desk, value)))
}

/** Draws the view anew in which somebody pressed, with the recipient whom they picked. */
async function redrawHere(
  desk: Desk,
  body: BlockAction,
  words: Pick<DryRunPage, 'fault' | 'done'> = {},
): Promise<void> {
  if (!body.view) return
  const { chatId } = values.metaOf<DryRunMeta>(body.view)
  await redrawView(desk, body.view.id, await pageOf(desk, chatId, pickedIn(body), words))
}

function pickedIn({ view }: { view?: BlockAction['view'] }): Preview['picked'] | null {
  return view ? (values.chosenOption(view.state.values, 'recipient') as Preview['picked'] | null) : null
}

/** Sends, schedules, or asks for approval, whichever core finds; what it refuses is said where the numbers stand. */
async function send(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { chatId } = values.metaOf<DryRunMeta>(view)
  const agent = await desk.people.agent(user.id)
  try {
    await desk.store.write(tx => startChat(tx, chatId, agent))
  } catch (error) {
    if (!(error instanceof Problem || error instanceof Problems)) throw error
    return { show: await pageOf(desk, chatId, null, { fault: sentenceFor(desk, error) }) }
  }
  return { show: startedView(await loadChat(desk, chatId)) }
}
