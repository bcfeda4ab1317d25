import type { App, BlockAction, RespondFn, SlashCommand, ViewSubmitAction } from '@slack/bolt'
import { approveChat, discardChat, pauseChat, resumeChat, stopChat } from '../../../../core/chats/change.ts'
import { postChart } from '../../../../core/chats/chart.ts'
import { chatByNumber } from '../../../../core/chats/find.ts'
import { followUp } from '../../../../core/chats/follow-up.ts'
import { type ChatReport, chatReport } from '../../../../core/chats/report.ts'
import { type ChatView, listChats } from '../../../../core/chats/view.ts'
import type { AgentRow } from '../../../../db/schema.ts'
import type { Tx } from '../../../../db/store.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { mendVariables } from '../../variables.ts'
import { mrkdwn, notice } from '../../views/blocks.ts'
import {
  CHATS_ON_PAGE,
  chatList,
  chatPage,
  chatUsage,
  type FollowUpMeta,
  followUpForm,
  reportView,
} from '../../views/chats/chats.ts'
import { ids } from '../../views/ids.ts'
import { many } from '../../views/tickets/card.ts'
import { said } from '../../views/tickets/prompts.ts'
import { admit, loadChat, openForm, redrawView } from '../show.ts'
import { type Done, onCommand, onPress, onSubmit, type Pressed, sentenceFor } from '../showing-problems.ts'
import { writtenIn } from '../tickets/read-ticket.ts'
import * as values from '../values.ts'
import { giveCsv } from './dry-run.ts'
import { openNewChat } from './new-chat.ts'

/** The command, and what is pressed on a chat's card. */
export function listenToChats(app: App, desk: Desk): void {
  app.command(
    ids.chatCommand,
    onCommand(desk, (command, respond) => onChat(desk, command, respond)),
  )
  const on = (id: string, work: (pressed: Pressed) => Promise<void>) => app.action<BlockAction>(id, onPress(desk, work))
  on(ids.approveChat, pressed => change(desk, pressed, approveChat))
  on(ids.pauseChat, pressed => change(desk, pressed, pauseChat))
  on(ids.resumeChat, pressed => change(desk, pressed, resumeChat))
  on(ids.stopChat, pressed => change(desk, pressed, stopChat))
  on(ids.discardChat, pressed => discard(desk, pressed))
  on(ids.followUp, pressed => openFollowUp(desk, pressed))
  on(ids.recipientsCsv, pressed => giveRecipients(desk, pressed))
  on(ids.chatReport, pressed => showReport(desk, pressed))
  on(ids.chatChart, pressed => showChart(desk, pressed))
  on(ids.chatCard, async pressed => {
    await admit(desk, pressed.user)
    await showChat(desk, await loadChat(desk, pressed.value), pressed.respond)
  })
  on(ids.moreChats, async ({ user, value, respond }) => {
    await admit(desk, user)
    await list(desk, respond, Number(value))
  })
  app.view<ViewSubmitAction>(
    ids.forms.followUp,
    onSubmit(desk, body => submitFollowUp(desk, body)),
  )
}

async function onChat(desk: Desk, command: SlashCommand, respond: RespondFn): Promise<void> {
  const text = command.text.trim().toLowerCase()
  if (text === '') {
    const from = { trigger_id: command.trigger_id, user: { id: command.user_id } }
    return openNewChat(desk, from, command.channel_id)
  }
  if (/^(chat-?)?#?\d{1,9}$/i.test(text)) {
    await admit(desk, command.user_id)
    return showChat(desk, await chatCalled(desk, Number(text.replace(/\D/g, ''))), respond)
  }
  if (text === 'list') {
    await admit(desk, command.user_id)
    return list(desk, respond)
  }
  await respond({ response_type: 'ephemeral', ...chatUsage(text === 'help' ? null : text) })
}

async function list(desk: Desk, respond: RespondFn, before?: number): Promise<void> {
  const page = { limit: CHATS_ON_PAGE, ...(before !== undefined && { before }) }
  const chats = await desk.store.read(q => listChats(q, desk.store, page))
  await respond({ response_type: 'ephemeral', replace_original: false, ...chatList(chats) })
}

async function chatCalled(desk: Desk, number: number): Promise<ChatView> {
  const row = await desk.store.read(q => chatByNumber(q, number))
  if (!row) throw new Problem('not_found', `There is no chat ${number}.`)
  return loadChat(desk, row.id)
}

async function showChat(desk: Desk, chat: ChatView, respond: RespondFn, replace = false): Promise<void> {
  const page = chatPage(chat, await reportOf(desk, chat))
  await respond({ response_type: 'ephemeral', replace_original: replace, ...page })
}

/** Before it began there is nothing to report. */
async function reportOf(desk: Desk, chat: ChatView): Promise<ChatReport | null> {
  return chat.startedAt === null ? null : desk.store.read(q => chatReport(q, chat.id))
}

/** The card in the channel draws itself; a copy that only this person sees is drawn anew here. */
async function change(
  desk: Desk,
  { body, user, value, respond }: Pressed,
  work: (tx: Tx, id: string, agent: AgentRow) => Promise<unknown>,
): Promise<void> {
  const agent = await desk.people.agent(user)
  await desk.store.write(tx => work(tx, value, agent))
  if (body.container?.is_ephemeral) await showChat(desk, await loadChat(desk, value), respond, true)
}

async function discard(desk: Desk, { body, user, value, respond }: Pressed): Promise<void> {
  const agent = await desk.people.agent(user)
  const { number } = await loadChat(desk, value)
  await desk.store.write(tx => discardChat(tx, value, agent))
  if (body.container?.is_ephemeral) await respond({ replace_original: true, ...said(`Chat ${number} is discarded.`) })
}

async function openFollowUp(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  await admit(desk, user)
  await openForm(desk, body, followUpForm(await loadChat(desk, value)))
}

async function submitFollowUp(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { chatId, after } = values.metaOf<FollowUpMeta>(view)
  const agent = await desk.people.agent(user.id)
  const v = view.state.values
  const step = {
    body: mendVariables(await writtenIn(desk, values.richText(v, 'message'))),
    workingDays: Number(values.typed(v, 'days')),
    after,
  }
  const { recipients } = await desk.store.write(tx => followUp(tx, chatId, step, agent))
  const when = step.workingDays === 0 ? 'now' : `after ${many(step.workingDays, 'working day')}`
  return {
    show: notice('Follow up', [
      mrkdwn(
        `*${many(recipients, 'customer')}* who did not answer get it ${when}, unless they answer or leave before.`,
      ),
    ]),
  }
}

async function giveRecipients(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  await admit(desk, user)
  const viewId = await openForm(desk, body, notice('Recipients', 'The file is being made…'))
  const result = await giveCsv(desk, user, value, 'all').then(
    () => 'The file is in your direct messages with Overture.',
    error => sentenceFor(desk, error),
  )
  await redrawView(desk, viewId, notice('Recipients', result))
}

/** A report of many recipients may take longer than a trigger lives, so the view is there before it. */
async function showReport(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  await admit(desk, user)
  const viewId = await openForm(desk, body, notice('Report', 'It is being counted…'))
  const chat = await loadChat(desk, value)
  await redrawView(desk, viewId, reportView(chat, await desk.store.read(q => chatReport(q, value))))
}

async function showChart(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  await desk.people.agent(user)
  await desk.store.write(tx => postChart(tx, value))
  if (body.view) await redrawView(desk, body.view.id, notice('Chart', "It is on its way into the chat's thread."))
}
