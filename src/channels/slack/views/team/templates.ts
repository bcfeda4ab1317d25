import type { KnownBlock, ModalView, PlainTextOption } from '@slack/types'
import type { TemplateChoice } from '../../../../core/templates/templates.ts'
import type { TemplateRow } from '../../../../db/schema.ts'
import {
  actions,
  button,
  confirm,
  context,
  cut,
  field,
  modal,
  notice,
  oneLine,
  option,
  textInput,
  words,
} from '../blocks.ts'
import { initialText } from '../excerpt.ts'
import { ids } from '../ids.ts'

/** How many one list shows. */
export const MOST_TEMPLATES = 40

/** All that somebody can begin with. */
export function templatesView(templates: TemplateChoice[]): ModalView {
  return notice('Templates', [
    actions(button('Add a template', ids.addTemplate, 'new', { style: 'primary' })),
    ...(templates.length ? [] : [words('There is no template yet. A template is a text to begin with.')]),
    ...templates.slice(0, MOST_TEMPLATES).flatMap(row),
    ...(templates.length > MOST_TEMPLATES ? [context('There are more than this list can show.')] : []),
  ])
}

function row({ id, name, team }: TemplateChoice): KnownBlock[] {
  const sure = confirm('Remove it?', `${cut(oneLine(name), 100)} is gone for everybody who uses it.`, 'Remove')
  return [
    words(`${cut(oneLine(name), 80)} · ${team ? cut(oneLine(team), 80) : 'mine'}`),
    actions(
      button('Edit', ids.editTemplate, id),
      button('Remove', ids.removeTemplate, id, { style: 'danger', confirm: sure }),
    ),
  ]
}

/** The value of the choice to keep a template to oneself. */
export const OWN = 'own'

/** What the form for a template remembers. */
export interface TemplateMeta {
  templateId: string | null // null: a new one
  listId: string | null // the list below, to be drawn anew
}

const LONGEST = 12_000

export function templateForm(
  template: TemplateRow | null,
  teams: { id: string; name: string }[],
  listId: string | null,
): ModalView {
  const scopes = [option('Me alone', OWN), ...teams.slice(0, 99).map(t => option(`Team ${t.name}`, t.id))]
  const wanted = template ? (template.team_id ?? OWN) : (teams[0]?.id ?? OWN)
  const scope = scopes.find(o => o.value === wanted) ?? (scopes[0] as PlainTextOption)
  const text = template ? initialText(JSON.parse(template.body), LONGEST) : undefined
  return modal({
    id: ids.forms.template,
    title: template ? 'Template' : 'New template',
    submit: 'Save',
    meta: { templateId: template?.id ?? null, listId } satisfies TemplateMeta,
    blocks: [
      field('name', 'Name', {
        type: 'plain_text_input',
        max_length: 70,
        ...(template && { initial_value: cut(template.name, 70) }),
      }),
      field('scope', 'Who can use it', { type: 'static_select', options: scopes, initial_option: scope }),
      field('subject', 'Subject', textInput(template?.subject, 255), {
        optional: true,
        hint: 'For new tickets and chats; an answer keeps the subject that it has.',
      }),
      field(
        'message',
        'Message',
        { type: 'rich_text_input', ...(text && { initial_value: text }) },
        {
          hint: 'Write {{ customer.first_name | default: "there" }} where each gets their own: customer.name, company and address, agent.name, team.name, ticket.identifier. One that is missing and has no default keeps the mail from being sent.',
        },
      ),
    ],
  })
}
