import { Liquid, LiquidError, type Template } from 'liquidjs'
import { Problem } from '../lib/problem.ts'
import type { Block, Document, Inline } from './document.ts'
import { Unfilled } from './unfilled.ts'

/** What a template can speak of. A name that is not known is not there at all, so that it needs a default. */
export interface Variables {
  customer: Record<string, string>
  account: Record<string, string> // what is known of their company
  row: Record<string, string> // the further columns of the list
  agent: Record<string, string>
  team: Record<string, string>
  ticket?: Record<string, string> // of a mail that is about one
}

/** A mail's subject and text with its variables yet to be filled in. */
export interface MailTemplate {
  /** The mail for one recipient. Throws Unfilled where a variable without a default is missing. */
  fill(variables: Variables): { subject: string; body: Document }
}

const MOST_CHARACTERS = 100_000

/** One template must hold up nobody: it reads no files, and what it may do is bounded. */
const liquid = new Liquid({
  strictVariables: true,
  strictFilters: true,
  lenientIf: true, // `default:` and `if` are there for what is missing
  ownPropertyOnly: true,
  templates: {},
  parseLimit: MOST_CHARACTERS,
  renderLimit: 200, // ms
  memoryLimit: 1_000_000,
})

/** Reads a mail's subject and message. Throws a Problem under the field whose Liquid cannot be read. */
export function readTemplate(subject: string, body: Document): MailTemplate {
  const title = parsed(subject, 'subject')
  const blocks = body.map(b => readBlock(b))
  return {
    fill: variables => ({
      subject: filled(title, variables).replace(/\s+/g, ' ').trim(),
      body: blocks.map(fill => fill(variables)),
    }),
  }
}

type Fill<T> = (variables: Variables) => T

function readBlock(block: Block): Fill<Block> {
  switch (block.type) {
    case 'paragraph':
    case 'heading': {
      const content = readInlines(block.content)
      return v => ({ ...block, content: content(v) })
    }
    case 'list': {
      const items = block.items.map(item => item.map(readBlock))
      return v => ({ ...block, items: items.map(item => item.map(fill => fill(v))) })
    }
    case 'quote': {
      const content = block.content.map(readBlock)
      return v => ({ ...block, content: content.map(fill => fill(v)) })
    }
    case 'code': {
      const text = parsed(block.text, 'message')
      return v => ({ ...block, text: filled(text, v) })
    }
    case 'rule':
      return () => block
  }
}

function readInlines(content: Inline[]): Fill<Inline[]> {
  const pieces = content.map((inline): Fill<Inline> => {
    if (inline.type === 'text') {
      const text = parsed(inline.text, 'message')
      return v => ({ ...inline, text: filled(text, v) })
    }
    if (inline.type !== 'link') return () => inline
    const text = parsed(inline.text, 'message')
    const url = parsed(inline.url, 'message')
    return v => ({ ...inline, text: filled(text, v), url: filled(url, v) })
  })
  return v => pieces.map(fill => fill(v)).filter(i => i.type !== 'text' || i.text !== '')
}

/** Text without variables, of which there is most, is not given to Liquid. */
type Parsed = string | Template[]

function parsed(text: string, field: string): Parsed {
  if (!/\{[{%]/.test(text)) return text
  let template: Template[]
  try {
    template = liquid.parse(text)
  } catch (error) {
    throw new Problem('invalid', `${reasonOf(error)} Variables are written like {{ customer.first_name }}.`, field)
  }
  const unknown = liquid.globalVariablesSync(template).find(name => !ROOTS.includes(name))
  if (unknown !== undefined)
    throw new Problem('invalid', `There is no variable ${unknown}: each begins with ${BEGINNINGS}.`, field)
  return template
}

const ROOTS: string[] = ['customer', 'account', 'row', 'agent', 'team', 'ticket'] satisfies (keyof Variables)[]
const BEGINNINGS = 'customer, account, row, agent, team or ticket, such as customer.first_name'

function filled(template: Parsed, variables: Variables): string {
  if (typeof template === 'string') return template
  try {
    return unhurried(() => String(liquid.renderSync(template, variables as object)))
  } catch (error) {
    throw new Unfilled(reasonOf(error))
  }
}

/** A process that was kept waiting in the midst takes long, too: once more tells it from a template that does. */
function unhurried(fill: () => string): string {
  try {
    return fill()
  } catch (error) {
    if (!isTimeOver(error)) throw error
    return fill()
  }
}

/** Between two pieces of a template Liquid does not tell it as an error of its own. */
function isTimeOver(error: unknown): boolean {
  return error instanceof Error && error.message.includes('render limit exceeded')
}

/** What Liquid says, without where in which file. */
function reasonOf(error: unknown): string {
  if (isTimeOver(error)) return 'It does more than a template may: filling it in takes too long.'
  if (!(error instanceof LiquidError)) throw error
  const missing = /undefined variable: ([\w.[\]"' -]+)/.exec(error.message)?.[1]
  if (missing) return `${missing} is missing, and no default is given for it.`
  const said = error.message.split('\n')[0]?.replace(/,? ?(file:.*)?line:? ?\d+.*$/i, '') ?? ''
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}.`
}
