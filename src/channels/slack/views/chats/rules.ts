import type { ModalView, NumberInput } from '@slack/types'
import type { ChatRules } from '../../../../core/chats/rules.ts'
import { cut, field, limits, modal, oneLine, option, plain, words } from '../blocks.ts'
import { ids } from '../ids.ts'

export interface ChatRulesMeta {
  teamId: string
}

/** How a team's chats are agreed upon, and when and how fast they go out. Fields are called as the rules are. */
export function chatRulesForm(team: { id: string; name: string }, rules: ChatRules): ModalView {
  return modal({
    id: ids.forms.chatRules,
    title: 'Chats of the team',
    submit: 'Save',
    meta: { teamId: team.id } satisfies ChatRulesMeta,
    blocks: [
      words(`How ${cut(oneLine(team.name), 100)} writes to many customers at once.`),
      ...approvalFields(rules),
      quietField(rules),
      field('capDays', 'A customer gets at most one chat in so many days', whole(rules.capDays, 0, 365), {
        hint: '0: any number.',
      }),
      field('perSecond', 'Mails a second', {
        type: 'number_input',
        is_decimal_allowed: true,
        min_value: '0.1',
        max_value: '10000',
        initial_value: String(rules.perSecond),
      }),
    ],
  })
}

function approvalFields(rules: ChatRules) {
  const outside = option('What goes out outside the working hours', 'yes')
  return [
    field(
      'approvalOver',
      'More recipients than this need approval by somebody else',
      whole(rules.approvalOver, 0, 1_000_000),
      { optional: true, hint: 'Left empty, the number does not matter.' },
    ),
    field('newAgentDays', "A new agent's chats need approval for so many days", whole(rules.newAgentDays, 0, 365), {
      hint: '0: never.',
    }),
    field(
      'outsideHours',
      'Approval is needed, too, for',
      { type: 'checkboxes', options: [outside], ...(rules.outsideHours && { initial_options: [outside] }) },
      { optional: true },
    ),
    field(
      'vetoMinutes',
      'A chat waits so many minutes, in which it can be stopped',
      whole(rules.vetoMinutes, 1, 10_080),
      {
        optional: true,
        hint: 'Left empty, it goes out at once.',
      },
    ),
  ]
}

function quietField(rules: ChatRules) {
  return field('quietHours', 'Quiet hours, in which no customer gets a chat', span(spanWords(rules.quietHours)), {
    optional: true,
    hint: "In the customer's own time zone, or the team's where that is not known. Left empty, there are none. The team's working hours are set under Hours and SLA.",
  })
}

function whole(value: number | null, least: number, most: number): NumberInput {
  return {
    type: 'number_input',
    is_decimal_allowed: false,
    min_value: String(least),
    max_value: String(most),
    ...(value !== null && { initial_value: String(value) }),
  }
}

function span(value: string) {
  return {
    type: 'plain_text_input' as const,
    max_length: 20,
    placeholder: plain('20:00 - 08:00', limits.placeholder),
    ...(value && { initial_value: value }),
  }
}

function spanWords(hours: ChatRules['quietHours']): string {
  return hours ? `${hours.from} - ${hours.to}` : ''
}
