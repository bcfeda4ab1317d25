import type { InputBlock, KnownBlock, PlainTextOption } from '@slack/types'
import { type FieldFilter, type FieldToFind, isOrdered, isText } from '../../../../core/find/by-field.ts'
import { ME, NONE } from '../../../../core/find/facets.ts'
import { MOST_FIELDS } from '../../../../core/find/filter.ts'
import { context, cut, field, limits, oneLine, option, plain } from '../blocks.ts'
import { ids } from '../ids.ts'

/** A custom field that the form asks for, with what is chosen and typed so far. */
export interface FieldAsked {
  field: FieldToFind
  is: PlainTextOption[]
  given: Pick<FieldFilter, 'from' | 'to' | 'has'>
}

/**
 * The inputs of the fields that somebody looks for, and the choice of one more. They are named after the field, so that
 * Slack keeps what is in them when the form is drawn anew; the choice is empty again after it.
 */
export function fieldInputs(asked: FieldAsked[], rev: number): KnownBlock[] {
  return [...asked.flatMap(inputsOf), asked.length < MOST_FIELDS ? chooser(rev) : full]
}

const full = context(`At most ${MOST_FIELDS} custom fields are looked for at once.`)

function chooser(rev: number): InputBlock {
  return field(
    `more_field:${rev}`,
    'Custom field',
    {
      type: 'external_select',
      action_id: ids.findField,
      min_query_length: 0,
      placeholder: plain('Add a field to look for', limits.placeholder),
    },
    { optional: true, dispatch: true },
  )
}

function inputsOf(asked: FieldAsked): InputBlock[] {
  const { key, kind } = asked.field
  const name = nameOf(asked.field)
  if (isOrdered(kind))
    return [
      field(`from:${key}`, `${name} from`, endOf(asked, asked.given.from), { optional: true }),
      field(`to:${key}`, `${name} to`, endOf(asked, asked.given.to), { optional: true }),
      values(asked, `or ${name} is`),
    ]
  if (isText(kind)) return [words(asked, name), values(asked, `or ${name} is`)]
  return [values(asked, name)]
}

function nameOf({ key, names }: FieldToFind): string {
  return cut(oneLine(names[0] ?? key), 100)
}

function endOf({ field: { kind } }: FieldAsked, given: string | undefined): InputBlock['element'] {
  if (kind === 'date') return { type: 'datepicker', ...(given && { initial_date: given }) }
  return { type: 'number_input', is_decimal_allowed: true, ...(given && { initial_value: given }) }
}

function words({ field: { key }, given }: FieldAsked, name: string): InputBlock {
  return field(
    `has:${key}`,
    name,
    { type: 'plain_text_input', max_length: 200, ...(given.has && { initial_value: cut(given.has, 200) }) },
    { optional: true, hint: 'Words that all stand in it.' },
  )
}

const MOST_AT_ONCE = 20 // more options are searched

/** Values to choose from, of which one is enough, with *None*; what was chosen stays though it is no option any more. */
function values({ field: { key, kind, options }, is }: FieldAsked, title: string): InputBlock {
  const initial = is.length ? { initial_options: is } : {}
  const isSearched = kind === 'user' || options.length > MOST_AT_ONCE
  const action_id = `${ids.findOffer}:field:${key}`
  return field(
    `is:${key}`,
    title,
    isSearched
      ? { type: 'multi_external_select', action_id, min_query_length: 0, ...initial }
      : { type: 'multi_static_select', options: choices({ kind, options }, is), ...initial },
    { optional: true },
  )
}

const none = option('None', NONE)
const ticked = [option('Yes', 'yes'), option('No', 'no')]

function choices({ kind, options }: Pick<FieldToFind, 'kind' | 'options'>, is: PlainTextOption[]): PlainTextOption[] {
  const own = kind === 'checkbox' ? ticked : options.map(o => option(o, o))
  const all = new Map([...own, none, ...is].map(o => [o.value, o]))
  return [...all.values()]
}

/** A value that is looked for, as an option. */
export function valueOption({ kind }: FieldToFind, value: string, names: Map<string, string>): PlainTextOption {
  if (value.toLowerCase() === NONE) return none
  const tick = kind === 'checkbox' && ticked.find(o => o.value === value.toLowerCase())
  return tick || option(names.get(value) ?? (kind === 'user' && value === ME ? 'Me' : value), value)
}

/** What a search through a field's options offers. */
export function valueOffers({ options }: FieldToFind, typed: string): PlainTextOption[] {
  const wanted = typed.trim().toLowerCase()
  const found = options.map(o => option(o, o)).filter(o => o.text.text.toLowerCase().includes(wanted))
  return [...('none'.includes(wanted) ? [none] : []), ...found.filter(o => o.value !== NONE)].slice(0, 100)
}
