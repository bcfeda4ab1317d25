import type { App, ViewSubmitAction } from '@slack/bolt'
import { agentByHandle, changeAgent, setUsualSender, usualSendersOf } from '../../../../core/agents.ts'
import { agreeToShared } from '../../../../core/places.ts'
import { aliasesOf } from '../../../../core/senders/aliases.ts'
import { addSender, changeSender, removeSender, type SenderForm } from '../../../../core/senders/edit.ts'
import { senderById, sendersOf } from '../../../../core/senders/find.ts'
import { changeTeam, createTeam, type TeamForm, teamById, teams } from '../../../../core/teams.ts'
import type { ReplyMode } from '../../../../db/schema.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { mrkdwn, notice } from '../../views/blocks.ts'
import { ids } from '../../views/ids.ts'
import {
  agentForm,
  NO_SENDER,
  type SenderMeta,
  senderForm,
  type TeamMeta,
  type TeamSenders,
  teamForm,
} from '../../views/team/settings.ts'
import { workingView } from '../../views/tickets/new-ticket.ts'
import { pressesIn } from '../admitted.ts'
import { showHome } from '../home.ts'
import { enterPlace, refuseShared } from '../place.ts'
import { admitLead, openForm, redrawView } from '../show.ts'
import { type Done, onSubmit, type Pressed, sentenceFor } from '../showing-problems.ts'
import { redrawNewTicket } from '../tickets/ticket-form.ts'
import * as values from '../values.ts'

/** Teams, senders, and how agents look to customers. */
export function listenToSetUp(app: App, desk: Desk): void {
  const on = pressesIn(app, desk)
  on(ids.addTeam, ({ body }) => openForm(desk, body, teamForm(null, [])))
  on(ids.editTeam, pressed => editTeam(desk, pressed))
  on(ids.checkPlace, pressed => checkPlace(desk, pressed))
  on(ids.agreeToShared, async ({ user, value }) => {
    const agent = await desk.people.agent(user)
    await desk.store.write(tx => agreeToShared(tx, value, agent))
    await showHome(desk, user, { tab: 'setup' })
  })
  on(ids.addSender, async ({ body, value }) =>
    openForm(desk, body, senderForm(null, await desk.store.read(teams), value)),
  )
  on(ids.editSender, pressed => editSender(desk, pressed))
  on(ids.removeSender, pressed => remove(desk, pressed))
  on(ids.testSender, pressed => test(desk, pressed))
  on(ids.editAgent, pressed => editAgent(desk, pressed))
  const submitted = (id: string, work: (body: ViewSubmitAction) => Promise<Done>) =>
    app.view<ViewSubmitAction>(
      id,
      onSubmit(desk, body => work(body)),
    )
  submitted(ids.forms.team, body => saveTeam(desk, body))
  submitted(ids.forms.sender, body => saveSender(desk, body))
  submitted(ids.forms.agent, body => saveAgent(desk, body))
}

async function checkPlace(desk: Desk, { user, value }: Pressed): Promise<void> {
  const team = await desk.store.read(q => teamById(q, value))
  await enterPlace(desk, team.place)
  await showHome(desk, user, { tab: 'setup' })
}

async function editTeam(desk: Desk, { body, value }: Pressed): Promise<void> {
  const form = await desk.store.read(async q => teamForm(await teamById(q, value), await sendersOf(q, value)))
  await openForm(desk, body, form)
}

async function editSender(desk: Desk, { body, value }: Pressed): Promise<void> {
  const form = await desk.store.read(async q => {
    const sender = await senderById(q, value)
    return senderForm(sender, await teams(q), sender.team_id, { aliases: await aliasesOf(q, value) })
  })
  await openForm(desk, body, form)
}

async function editAgent(desk: Desk, { body, user }: Pressed): Promise<void> {
  const form = await desk.store.read(async q => {
    const agent = await agentByHandle(q, user)
    const usual = agent ? await usualSendersOf(q, agent.id) : new Map<string, string>()
    const choices: TeamSenders[] = []
    for (const team of await teams(q)) {
      const own = await sendersOf(q, team.id)
      if (own.length) choices.push({ team, senders: own, usual: usual.get(team.id) ?? null })
    }
    return agentForm(agent ?? null, choices)
  })
  await openForm(desk, body, form)
}

async function remove(desk: Desk, { user, value }: Pressed): Promise<void> {
  const sender = await desk.store.read(q => senderById(q, value))
  await admitLead(desk, user, sender.team_id)
  await desk.store.write(tx => removeSender(tx, value))
  await showHome(desk, user, { tab: 'setup' })
}

/** Sends a mail to the agent's own address, and says what the mail server answered. */
async function test(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  const viewId = await openForm(desk, body, notice('Test mail', 'Sending it…'))
  const result = await sendTest(desk, user, value).catch(error => sentenceFor(desk, error))
  await redrawView(desk, viewId, notice('Test mail', result))
  await showHome(desk, user, { tab: 'setup' })
}

async function sendTest(desk: Desk, user: string, senderId: string): Promise<string> {
  const agent = await desk.people.agent(user)
  if (!agent.email)
    throw new Problem('not_found', 'Slack does not tell your email address, so there is nowhere to send it.')
  const refusal = await desk.sendTest(senderId, agent.email)
  return refusal === null
    ? `✅ The mail server accepted a mail to ${agent.email}. Look into that mailbox.`
    : `⚠️ ${refusal}`
}

/** Only what a fault can come of is asked of Slack before it is answered; the channel is entered after that. */
async function saveTeam(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { teamId } = values.metaOf<TeamMeta>(view)
  const form = readTeam(view.state.values)
  const known = teamId ? (await desk.store.read(q => teamById(q, teamId))).place : null
  const isNew = Boolean(form.place) && form.place !== known
  await Promise.all([admitLead(desk, user.id, teamId ?? undefined), isNew && refuseShared(desk, form.place)])
  await desk.store.write<unknown>(tx => (teamId ? changeTeam(tx, teamId, form) : createTeam(tx, form)))
  const isOver = view.previous_view_id !== null // another modal, not Set-up in Home, which says how the channel is
  return {
    ...(isOver && { show: workingView('Team') }),
    after: () => enter(desk, user.id, form.place, isOver ? view.id : null),
  }
}

/** Enters a team's channel and says what came of it: in the view that waits for it, else alone what is still to be done. */
async function enter(desk: Desk, user: string, place: string, viewId: string | null): Promise<void> {
  const problem = await enterPlace(desk, place)
  await showHome(desk, user, { tab: 'setup' })
  const toDo = problem && `⚠️ ${problem} Then press *Check again* in Set-up.`
  const shown = toDo ? notice('One thing to do', [mrkdwn(toDo)]) : notice('Team', 'The team is ready.')
  if (viewId && (await redrawView(desk, viewId, shown))) return
  if (toDo) await desk.bulk.chat.postMessage({ channel: user, text: toDo, blocks: [mrkdwn(toDo)] })
}

function readTeam(v: values.Values): TeamForm {
  const seconds = values.typed(v, 'hold').trim().replace(',', '.')
  return {
    name: values.typed(v, 'name'),
    prefix: values.typed(v, 'prefix'),
    place: values.chosenConversation(v, 'place'),
    replyMode: (values.chosen(v, 'reply_mode') ?? 'ask') as ReplyMode,
    holdMs: seconds === '' ? Number.NaN : Math.round(Number(seconds) * 1000),
    signature: values.typed(v, 'signature'),
    reopenDays: values.typed(v, 'reopen_days').trim() === '' ? Number.NaN : Number(values.typed(v, 'reopen_days')),
    ...(v.sender && { senderId: chosenSender(v, 'sender') }),
  }
}

function chosenSender(v: values.Values, name: string): string | null {
  const chosen = values.chosen(v, name)
  return chosen === NO_SENDER ? null : chosen
}

async function saveSender(desk: Desk, body: ViewSubmitAction): Promise<Done> {
  const { senderId, form: below } = values.metaOf<SenderMeta>(body.view)
  const form = readSender(body.view.state.values)
  const before = senderId ? await desk.store.read(q => senderById(q, senderId)) : null
  for (const teamId of new Set([form.teamId, before?.team_id])) await admitLead(desk, body.user.id, teamId || undefined)
  await desk.store.write<unknown>(tx => (senderId ? changeSender(tx, senderId, form) : addSender(tx, form)))
  if (below) return { keepBelow: true, after: () => redrawNewTicket(desk, body.user.id, below) }
  return { after: () => showHome(desk, body.user.id, { tab: 'setup' }) }
}

function readSender(v: values.Values): SenderForm {
  const given = (name: string) => values.typed(v, name).trim() || null
  return {
    teamId: values.chosen(v, 'team') ?? '',
    address: values.typed(v, 'address'),
    name: values.typed(v, 'name'),
    smtpUrl: given('smtp_url'),
    dkimSelector: given('dkim_selector'),
    dkimKey: given('dkim_key'),
    aliases: values.typed(v, 'aliases'),
    postalFooter: given('postal_footer'),
  }
}

async function saveAgent(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const agent = await desk.people.agent(user.id)
  const v = view.state.values
  const own = Object.keys(v).filter(name => name.startsWith('sender:'))
  await desk.store.write(async tx => {
    await changeAgent(tx, agent.id, { alias: values.typed(v, 'alias'), signature: values.typed(v, 'signature') })
    for (const name of own) await setUsualSender(tx, agent.id, name.slice('sender:'.length), chosenSender(v, name))
  })
  return { after: () => showHome(desk, user.id, { tab: 'setup' }) }
}
