import type { ModalView, PlainTextOption } from '@slack/types'
import type { AgentRow, ReplyMode, SenderRow, TeamRow } from '../../../../db/schema.ts'
import { actions, button, context, cut, field, modal, oneLine, option, plain, textInput } from '../blocks.ts'
import { ids } from '../ids.ts'
import type { NewTicketMeta } from '../tickets/new-ticket.ts'
import { replyModeWords } from '../words.ts'

export interface TeamMeta {
  teamId: string | null // null: a new team
}

/** Adds or changes a team; `senders` are its own. */
export function teamForm(team: TeamRow | null, senders: SenderRow[]): ModalView {
  const modes = (Object.keys(replyModeWords) as ReplyMode[]).map(modeOption)
  return modal({
    id: ids.forms.team,
    title: team ? 'Team' : 'New team',
    submit: 'Save',
    meta: { teamId: team?.id ?? null } satisfies TeamMeta,
    blocks: [
      field('name', 'Name', textInput(team?.name, 80)),
      field('prefix', 'Prefix of its tickets', textInput(team?.prefix, 10, 'SUP'), {
        hint: 'Tickets are called SUP-1, SUP-2 and so on. Those that exist keep their names.',
      }),
      field('place', 'Channel', {
        type: 'conversations_select',
        filter: { include: ['public', 'private'], exclude_bot_users: true },
        ...(team && { initial_conversation: team.place }),
      }),
      field('reply_mode', 'What agents write in a thread', {
        type: 'static_select',
        options: modes,
        initial_option: modeOption(team?.reply_mode ?? 'ask'),
      }),
      field('hold', 'Seconds in which a mail can be taken back', {
        type: 'plain_text_input',
        max_length: 4,
        initial_value: String(Math.round((team?.hold_ms ?? 10_000) / 1000)),
      }),
      field(
        'reopen_days',
        'Days in which an answer opens a closed ticket again',
        { type: 'plain_text_input', max_length: 4, initial_value: String(team?.reopen_days ?? 14) },
        { hint: 'A later answer begins a new ticket, linked with the old one.' },
      ),
      field(
        'signature',
        'Signature',
        { ...textInput(team?.signature, 3_000), multiline: true },
        { optional: true, hint: "Stands under every mail of the team, below the agent's own." },
      ),
      ...(senders.length
        ? [
            usualSenderField(
              'sender',
              'New tickets are sent from',
              'The oldest sender that works',
              senders,
              team?.sender_id ?? null,
            ),
          ]
        : []),
      ...(team
        ? [
            actions(
              button('Rules for chats', ids.chatRules, team.id),
              button('Emoji', ids.reactions, team.id),
              button('Webhooks', ids.openHooks, team.id),
            ),
          ]
        : []),
    ],
  })
}

/** The value of the choice to set no sender. */
export const NO_SENDER = 'none'

function usualSenderField(name: string, title: string, none: string, senders: SenderRow[], chosen: string | null) {
  const options = [option(none, NO_SENDER), ...senders.slice(0, 99).map(senderOption)]
  const initial = options.find(o => o.value === chosen) ?? (options[0] as PlainTextOption)
  return field(name, title, { type: 'static_select', options, initial_option: initial })
}

function senderOption({ address, broken_at, id }: SenderRow): PlainTextOption {
  return option(`${broken_at === null ? '' : '⚠️ '}${address}`, id)
}

function modeOption(mode: ReplyMode): PlainTextOption {
  return option(replyModeWords[mode], mode)
}

const ALIASES = 3_000

export interface SenderMeta {
  senderId: string | null // null: a new one
  form?: NewTicketMeta & { viewId: string } // the form below, to be drawn anew
}

/** Adds or changes an address to send from. Secrets are never shown again. */
export function senderForm(
  sender: SenderRow | null,
  teams: { id: string; name: string }[],
  teamId: string,
  { aliases = [], ...meta }: Omit<SenderMeta, 'senderId'> & { aliases?: string[] } = {},
): ModalView {
  const options = teams.slice(0, 100).map(t => option(t.name, t.id))
  const secret = sender ? 'Left empty, it stays as it is.' : undefined
  return modal({
    id: ids.forms.sender,
    title: sender ? 'Sender' : 'New sender',
    submit: 'Save',
    meta: { ...meta, senderId: sender?.id ?? null } satisfies SenderMeta,
    blocks: [
      ...(sender?.broken_reason ? [context(plain(`⚠️ ${cut(sender.broken_reason, 500)}`))] : []),
      field('team', 'Team', {
        type: 'static_select',
        options,
        initial_option: options.find(o => o.value === teamId) ?? (options[0] as PlainTextOption),
      }),
      field('address', 'Address', textInput(sender?.address, 320, 'support@example.com')),
      field('name', 'Name', textInput(sender?.name, 80), {
        optional: true,
        hint: 'What customers see when no agent wrote the mail.',
      }),
      field(
        'aliases',
        'Also takes mail for',
        { ...textInput(aliases.join('\n'), ALIASES, 'help@example.com'), multiline: true },
        {
          optional: true,
          hint: 'Further addresses whose mail reaches this one, one a line: an alias, one that is forwarded here, or *@example.com for all that is written to a domain.',
        },
      ),
      field(
        'postal_footer',
        'Postal address',
        { ...textInput(sender?.postal_footer, 500), multiline: true },
        {
          optional: true,
          hint: 'Stands under every chat: who sends it, and where you can be found. The law asks for it in many countries. Tickets are sent without.',
        },
      ),
      field(
        'smtp_url',
        'Mail server',
        {
          type: 'plain_text_input',
          max_length: 1_000,
          placeholder: plain('smtps://user:password@mail.example.com:465'),
        },
        { optional: true, hint: secret ?? "Left empty, mails go through this installation's own server (SMTP_URL)." },
      ),
      field('dkim_selector', 'DKIM selector', textInput(sender?.dkim_selector, 100), { optional: true }),
      field(
        'dkim_key',
        'DKIM private key',
        { type: 'plain_text_input', multiline: true, max_length: 3_000 },
        { optional: true, ...(secret && { hint: secret }) },
      ),
    ],
  })
}

/** A team as an agent chooses their usual sender in it. */
export interface TeamSenders {
  team: { id: string; name: string }
  senders: SenderRow[]
  usual: string | null
}

const MOST_TEAMS = 50

/** What customers see of an agent, and from where. */
export function agentForm(agent: Pick<AgentRow, 'alias' | 'signature'> | null, teams: TeamSenders[]): ModalView {
  return modal({
    id: ids.forms.agent,
    title: 'Name and signature',
    submit: 'Save',
    blocks: [
      field('alias', 'Name that customers see', textInput(agent?.alias, 80), {
        optional: true,
        hint: 'Left empty, it is your name in Slack.',
      }),
      field('signature', 'Signature', { ...textInput(agent?.signature, 3_000), multiline: true }, { optional: true }),
      ...teams
        .slice(0, MOST_TEAMS)
        .map(({ team, senders, usual }) =>
          usualSenderField(
            `sender:${team.id}`,
            `Your new tickets in ${cut(oneLine(team.name), 80)} are sent from`,
            'As the team does',
            senders,
            usual,
          ),
        ),
      actions(button('Own working hours', ids.editOwnHours, 'me')),
    ],
  })
}
