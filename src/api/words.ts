import type { z } from 'zod'

/** What a shape found at fault in a request. */
interface ShapeFault {
  keyword: string // zod's code
  message?: string | undefined
  params: object // all else that zod says of it
}

type Issue = Partial<z.core.$ZodIssue> & { message: string; [more: string]: unknown }

/** What is wrong with a value, as a finished sentence for whoever wrote the program. A shape's own sentence goes first. */
export function wordsOf({ keyword, message = 'Invalid input', params }: ShapeFault): string {
  return wordsOfIssue({ ...params, code: keyword, message } as Issue)
}

/** Whether nothing was given where something is needed. */
export function isMissing({ keyword, message = '', params }: ShapeFault): boolean {
  return isNothing({ ...params, code: keyword, message } as Issue)
}

function wordsOfIssue(issue: Issue): string {
  if (!/^(Invalid|Too|Unrecognized) /.test(issue.message)) return sentence(issue.message)
  if (isNothing(issue)) return 'This is needed.'
  return WORDS[issue.code ?? '']?.(issue as never) ?? 'This is not right.'
}

const WORDS: Record<string, (issue: never) => string> = {
  invalid_type: ({ expected, message }: { expected: string; message: string }) => {
    const received = / received (\w+)$/.exec(message)?.[1] ?? ''
    const [wanted, given] = [KINDS[expected] ?? expected, KINDS[received] ?? received]
    const isNumber = received === 'NaN' || (expected === 'int' && received === 'number')
    return `This must be ${wanted}${isNumber ? '' : `, not ${given}`}.`
  },
  too_big: ({ origin, maximum }: { origin: string; maximum: number }) => {
    const counted = COUNTED[origin]
    return counted ? `This may have ${maximum} ${counted} at most.` : `This may be ${maximum} at most.`
  },
  too_small: ({ origin, minimum }: { origin: string; minimum: number }) => {
    const counted = COUNTED[origin]
    if (counted && minimum === 1) return 'This must not be empty.'
    return counted ? `This must have ${minimum} ${counted} at least.` : `This must be ${minimum} at least.`
  },
  invalid_format: ({ format, pattern }: { format: string; pattern?: string }) =>
    `This must be ${FORMATS[format] ?? (pattern ? `of the form ${pattern}` : `of the format ${format}`)}.`,
  invalid_value: ({ values }: { values: unknown[] }) =>
    `This must be ${values.length > 1 ? 'one of ' : ''}${values.map(v => JSON.stringify(v)).join(', ')}.`,
  invalid_key: ({ issues }: { issues: Issue[] }) =>
    `A name in this is not right${issues[0] ? `: ${wordsOfIssue(issues[0])}` : '.'}`,
  invalid_union: ({ errors }: { errors: Issue[][] }) => {
    const firsts = firstsOf(errors)
    const nearest = firsts.find(issue => issue.code !== 'invalid_type' || issue.path?.length) // of the right kind at least
    if (nearest) return wordsOfIssue(nearest)
    const kinds = [...new Set(firsts.map(issue => KINDS[String(issue.expected)] ?? String(issue.expected)))]
    return `This must be ${new Intl.ListFormat('en', { type: 'disjunction' }).format(kinds)}.`
  },
}

const KINDS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
}

const COUNTED: Record<string, string> = { string: 'characters', array: 'entries', set: 'entries', file: 'bytes' }

const FORMATS: Record<string, string> = {
  datetime: 'a moment such as 2026-01-05T09:00:00Z',
  date: 'a day such as 2026-01-05',
  email: 'an email address',
  url: 'a URL',
  uuid: 'an id',
}

/** What each of several shapes found first; of one that is itself one of several, what each of those did. */
function firstsOf(errors: Issue[][]): Issue[] {
  return errors.flatMap(([first]) => {
    if (!first) return []
    return first.code === 'invalid_union' && !first.path?.length ? firstsOf(first.errors as Issue[][]) : [first]
  })
}

/** Of what may be one of several things, each says so by itself. */
function isNothing({ code, message, errors }: Issue): boolean {
  if (code !== 'invalid_union') return message.endsWith(' received undefined')
  const firsts = firstsOf(errors as Issue[][])
  return firsts.length > 0 && firsts.every(issue => !issue.path?.length && isNothing(issue))
}

/** What somebody else wrote, as a sentence that ends once. */
export function sentence(text: string): string {
  return `${text.replace(/\.$/, '')}.`
}
