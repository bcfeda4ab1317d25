import type { KnownBlock, PlainTextOption } from '@slack/types'
import { type Condition, OPERATORS, SUBJECTS } from '../../../../core/routing/conditions.ts'
import { cut, field, option, textInput } from '../blocks.ts'

const subjectWords: Record<Condition['on'], string> = {
  account: 'Company',
  tag: 'Tag of the customer',
  field: 'Field of the customer',
  subject: 'Subject',
  sender: 'Our sender',
  address: "Customer's address",
  priority: 'Priority',
}

const operatorWords: Record<Condition['is'], string> = {
  is: 'is',
  is_not: 'is not',
  contains: 'contains',
  begins: 'begins with',
  ends: 'ends with',
}

/** A condition in words, in one line. */
export function conditionWords(c: Condition): string {
  const what = c.on === 'field' ? `field ${cut(c.name ?? '', 40)}` : subjectWords[c.on].toLowerCase()
  return `${what} ${operatorWords[c.is]} "${cut(c.value, 60)}"`
}

const whatOptions = SUBJECTS.flatMap(on =>
  OPERATORS.map(is => option(`${subjectWords[on]} ${operatorWords[is]}`, `${on}.${is}`)),
)

/** The two fields of a condition; a row whose text is emptied is left out. */
export function conditionFields(row: number, condition: Condition | undefined): KnownBlock[] {
  const chosen = condition ? `${condition.on}.${condition.is}` : 'account.is'
  const text = condition && textOf(condition)
  return [
    field(`what:${row}`, `Condition ${row}`, {
      type: 'static_select',
      options: whatOptions,
      initial_option: whatOptions.find(o => o.value === chosen) as PlainTextOption,
    }),
    field(`condition:${row}`, 'this', textInput(text, 300, 'Acme, or for a field: plan = gold'), { optional: true }),
  ]
}

function textOf({ on, name, value }: Condition): string {
  return on === 'field' && name ? `${name} = ${value}` : value
}

/** What was chosen and typed as a condition. */
export function readCondition(chosen: string, typed: string): Condition {
  const [on, is] = chosen.split('.') as [Condition['on'], Condition['is']]
  if (on !== 'field') return { on, is, value: typed.trim() }
  const [, name = '', value = typed] = /^([^=]+)=(.*)$/s.exec(typed) ?? []
  return { on, is, name: name.trim(), value: value.trim() }
}
