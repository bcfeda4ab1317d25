import type { App, RespondFn, SlashCommand } from '@slack/bolt'
import { addressIn } from '../../../core/addresses.ts'
import type { Desk } from '../desk.ts'
import { unlinked } from '../mrkdwn.ts'
import { escaped, mrkdwn } from '../views/blocks.ts'
import { ids } from '../views/ids.ts'
import { findTyped } from './find/find.ts'
import { ticketPost } from './show.ts'
import { onCommand } from './showing-problems.ts'
import { openNewTicket, startWith } from './tickets/ticket-form.ts'

export function listenToCommands(app: App, desk: Desk): void {
  app.command(
    ids.command,
    onCommand(desk, (command, respond) => onTicket(desk, command, respond)),
  )
}

async function onTicket(desk: Desk, command: SlashCommand, respond: RespondFn): Promise<void> {
  const [first = '', ...rest] = command.text.trim().split(/\s+/)
  const from = { trigger_id: command.trigger_id, user: { id: command.user_id } }
  if (first === '') return openNewTicket(desk, from, command.channel_id)
  if (/^[a-z][a-z0-9]{1,9}-\d+$/i.test(first)) return showTicket(desk, command.user_id, first, respond)
  if (/^find$/i.test(first)) return findTyped(desk, from, command.text.trim().slice(4))
  const address = addressIn(unlinked(first))
  if (address) return openNewTicket(desk, from, command.channel_id, await startWith(desk, address, rest.join(' ')))
  await respond({ response_type: 'ephemeral', ...usage(first === 'help' ? null : first) })
}

async function showTicket(desk: Desk, user: string, identifier: string, respond: RespondFn): Promise<void> {
  await respond({ response_type: 'ephemeral', ...(await ticketPost(desk, user, identifier)) })
}

function usage(unknown: string | null) {
  const lead = unknown === null ? '' : `I do not know \`${escaped(unknown.slice(0, 60)).replaceAll('`', '')}\`.\n`
  const text = `${lead}*${ids.command}* writes to a customer:
• \`/ticket\` opens the form
• \`/ticket jane@acme.test Your invoice\` opens it for this address, with this subject
• \`/ticket SUP-1\` shows a ticket and its history
• \`/ticket find acme "your order" -late status:open assignee:me,none created:1w\` finds tickets; \`/ticket find\` opens all filters
• \`/ticket help\` shows this`
  return { text, blocks: [mrkdwn(text)] }
}
