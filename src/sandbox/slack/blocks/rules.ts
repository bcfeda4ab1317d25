import type { Json } from '../types.ts'

/** Looks at a value and reports what Slack would say of it. */
export type Rule = (value: Json, at: string, report: Report) => void
export type Report = (fault: string, at: string) => void

export function string(most: number, least = 0): Rule {
  return (value, at, report) => {
    if (typeof value !== 'string') return report('must provide a string', at)
    if (value.length > most) report(`must be less than ${most + 1} characters`, at)
    if (value.length < least) report(`must be more than ${least - 1} characters`, at)
  }
}

export function matching(pattern: RegExp, what: string): Rule {
  return (value, at, report) => {
    if (typeof value !== 'string' || !pattern.test(value)) report(`must be ${what}`, at)
  }
}

export const bool: Rule = (value, at, report) => {
  if (typeof value !== 'boolean') report('must provide a boolean', at)
}

export function whole(least: number, most: number): Rule {
  return (value, at, report) => {
    if (!Number.isInteger(value) || value < least || value > most)
      report(`must be a number from ${least} to ${most}`, at)
  }
}

export function oneOf(...allowed: Json[]): Rule {
  return (value, at, report) => {
    if (!allowed.includes(value)) report(`value must be one of: ${allowed.join(', ')}`, at)
  }
}

export const anything: Rule = () => {}

export function list(rule: Rule, { least = 0, most = Number.POSITIVE_INFINITY } = {}): Rule {
  return (value, at, report) => {
    if (!Array.isArray(value)) return report('must provide an array', at)
    if (value.length > most) report(`no more than ${most} items allowed`, at)
    if (value.length < least) report(`no fewer than ${least} item${least === 1 ? '' : 's'} allowed`, at)
    for (const [i, item] of value.entries()) rule(item, `${at}/${i}`, report)
  }
}

export interface Shape {
  needs?: string[]
  fields: Record<string, Rule>
  /** What no single field shows. */
  also?: Rule
}

/** An object with these fields and no others. */
export function object({ needs = [], fields, also }: Shape): Rule {
  return (value, at, report) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return report('must provide an object', at)
    for (const field of needs)
      if (value[field] === undefined || value[field] === null) report(`missing required field: ${field}`, at)
    for (const [field, inside] of Object.entries(value)) {
      const rule = fields[field]
      if (!rule) report(`invalid additional property: ${field}`, at)
      else if (inside !== undefined && inside !== null) rule(inside, `${at}/${field}`, report)
    }
    also?.(value, at, report)
  }
}

/** An object whose `type` decides what it may hold. */
export function typed(shapes: Record<string, Shape>, common: Record<string, Rule> = {}): Rule {
  return (value, at, report) => {
    const shape = shapes[value?.type]
    if (!shape) return report(`unsupported type: ${value?.type}`, `${at}/type`)
    object({ ...shape, fields: { type: anything, ...common, ...shape.fields } })(value, at, report)
  }
}

export function plainText(most: number): Rule {
  return object({
    needs: ['type', 'text'],
    fields: { type: oneOf('plain_text'), text: string(most, 1), emoji: bool },
  })
}

export function text(most: number): Rule {
  return typed({
    plain_text: { needs: ['text'], fields: { text: string(most, 1), emoji: bool } },
    mrkdwn: { needs: ['text'], fields: { text: string(most, 1), verbatim: bool } },
  })
}

/** What a rule says of a value, in Slack's words. */
export function faultsOf(rule: Rule, value: Json, at: string): string[] {
  const faults: string[] = []
  rule(value, at, (fault, where) => faults.push(`[ERROR] ${fault} [json-pointer:${where}]`))
  return faults
}
