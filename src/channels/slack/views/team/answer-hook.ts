import type { ModalView } from '@slack/types'
import { actions, button, confirm, cut, field, limits, modal, oneLine, plain, words } from '../blocks.ts'
import { ids } from '../ids.ts'

export interface AnswerHookMeta {
  teamId: string
}

/** Where word of customers' answers is posted. The address may be a secret, so only its host is shown. */
export function answerHookForm(
  team: { id: string; name: string; hook_problem: string | null },
  host: string | null,
): ModalView {
  const now = host ? `It is posted to ${cut(host, 200)}.` : 'At the moment it is posted nowhere.'
  const sure = confirm('Post it nowhere?', 'What waits to be posted is forgotten.', 'Stop')
  return modal({
    id: ids.forms.answerHook,
    title: 'Webhook for answers',
    submit: 'Save',
    meta: { teamId: team.id } satisfies AnswerHookMeta,
    blocks: [
      words(
        `When a customer answers on a ticket of ${cut(oneLine(team.name), 100)}, its identifier, subject, customer and link are posted as JSON: to a Slack workflow that starts from a webhook, or to a system of yours. ${now}`,
      ),
      ...(team.hook_problem ? [words(`⚠️ ${cut(oneLine(team.hook_problem), 500)}`)] : []),
      field(
        'url',
        'Address',
        {
          type: 'plain_text_input',
          max_length: 2_000,
          placeholder: plain('https://hooks.slack.com/triggers/…', limits.placeholder),
        },
        { optional: true, hint: 'Left empty, it stays as it is. It is kept sealed and not shown again.' },
      ),
      ...(host ? [actions(button('Stop', ids.forgetHook, team.id, { style: 'danger', confirm: sure }))] : []),
    ],
  })
}
