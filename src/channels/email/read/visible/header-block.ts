import { bare, lower, seen } from './lines.ts'
import { HEADER_LABELS, type HeaderField } from './quote-words.ts'

/** The header of another mail, copied into a mail: `From: ... Sent: ... To: ... Subject: ...`. */
export interface HeaderBlock {
  span: number // lines
  fields: Map<HeaderField, string>
}

const LABELS = new Map<string, HeaderField>(
  (Object.keys(HEADER_LABELS) as HeaderField[]).flatMap(f => HEADER_LABELS[f].map(label => [label, f] as const)),
)
const MOST_LINES = 18
const LONGEST_LABEL = 24

/** The copied header that begins at this line. `loose` takes shorter ones and labels without colon: after a sure mark. */
export function headerBlockAt(lines: string[], at: number, { loose = false } = {}): HeaderBlock | null {
  const first = fieldOf(lines[at] as string, loose)
  if (!first || (first.field === 'other' && !loose)) return lotusBlockAt(lines, at)
  const inOne = first.field === 'from' ? fieldsInLine(lines[at] as string) : null
  if (inOne) return { span: 1, fields: inOne }
  const block: HeaderBlock = { span: 0, fields: new Map() }
  let misses = 0
  for (let n = 0; n < MOST_LINES && at + n < lines.length; n++) {
    const line = lines[at + n] as string
    const read = fieldOf(line, loose)
    if (read && read.field !== 'other' && block.fields.has(read.field) && read.field !== 'cc') break
    if (read) {
      misses = 0
      block.fields.set(read.field, read.value)
      block.span = n + 1
    } else if ((isComplete(block.fields) && !goesOn(lines, at + n, block.fields)) || ++misses > 2) break
    else if (misses === 1) continueField(block.fields, line)
  }
  return isHeader(block.fields, loose) ? block : null
}

/** Whether this is the second line of a long subject: a further field stands right below it. */
function goesOn(lines: string[], at: number, fields: Map<HeaderField, string>): boolean {
  const next = fieldOf(lines[at + 1] ?? '', false)
  return (lines[at] as string).trim() !== '' && next !== undefined && next.field !== 'other' && !fields.has(next.field)
}

/** A field that was broken goes on in the next line. */
function continueField(fields: Map<HeaderField, string>, line: string): void {
  const last = [...fields].at(-1)
  if (last && line.trim() !== '' && (last[1] === '' || !last[1].includes('@')))
    fields.set(last[0], `${last[1]} ${bare(line)}`)
}

function isComplete(fields: Map<HeaderField, string>): boolean {
  return fields.has('from') && fields.has('subject') && (fields.has('to') || fields.has('sent'))
}

/** Whether these are enough to be sure: lists of `From: Berlin, To: Oslo, Date: Monday` are no mail headers. */
function isHeader(fields: Map<HeaderField, string>, loose: boolean): boolean {
  const value = (field: HeaderField) => fields.get(field) ?? ''
  const count = fields.size - (fields.has('other') ? 1 : 0)
  const addressed = ['from', 'to', 'cc'].some(f => value(f as HeaderField).includes('@'))
  const dated = /\d/.test(value('sent'))
  if (loose) return fields.has('from') || (count >= 2 && addressed)
  if (count >= 4) return true
  if (count === 3) return addressed || (fields.has('subject') && fields.has('sent'))
  if (count < 2) return false
  return (
    (fields.has('from') && value('from').includes('@')) || (addressed && dated && /\d[:.h]\d\d/.test(value('sent')))
  )
}

const LINE = /^[\s*_>|-]{0,8}([^:：*|<>@"]{1,24}?)\s{0,3}[*_]{0,2}\s?(?:[:：]|\|(?=.*\|))[\s*_|]*(.*)$/u
const WITHOUT_COLON = /^[\s>]{0,4}(\p{L}{2,12})\s+(.*)$/u

function fieldOf(line: string, loose: boolean): { field: HeaderField; value: string } | undefined {
  if (!/[:：|]/.test(line.slice(0, 40)) && !loose) return undefined
  const text = seen(line)
  const match = LINE.exec(text) ?? (loose ? WITHOUT_COLON.exec(text) : null)
  if (!match) return undefined
  const field = LABELS.get(lower((match[1] as string).trim()))
  return field && { field, value: (match[2] as string).replace(/[\s*_|]+$/, '') }
}

/** The fields of a header whose line ends were lost on the way. */
function fieldsInLine(line: string): Map<HeaderField, string> | null {
  const fields = new Map<HeaderField, string>()
  const text = line.slice(0, 1000)
  let open: { field: HeaderField; from: number } | undefined
  let colons = 0
  for (let at = text.search(/[:：]/); at >= 0 && colons < 20; colons++) {
    const label = labelBefore(text, at)
    if (label) {
      if (open) fields.set(open.field, text.slice(open.from, at - label.length).trim())
      open = fields.has(label.field) ? undefined : { field: label.field, from: at + 1 }
    }
    const next = text.slice(at + 1).search(/[:：]/)
    at = next < 0 ? -1 : at + 1 + next
  }
  if (open) fields.set(open.field, text.slice(open.from).trim())
  return fields.has('from') && fields.size >= 3 ? fields : null
}

function labelBefore(text: string, colon: number): { field: HeaderField; length: number } | undefined {
  const end = text.slice(Math.max(0, colon - LONGEST_LABEL), colon).toLowerCase()
  for (let from = 0; from < end.length; from++) {
    const field = LABELS.get(end.slice(from).trim())
    if (field && field !== 'other' && !/\p{L}/u.test(end.charAt(from - 1))) return { field, length: end.length - from }
  }
  // `... GMT+1Subject: x`: the label is glued to the word before.
  const glued = /\p{Lu}\p{Ll}+\s?$/u.exec(text.slice(Math.max(0, colon - LONGEST_LABEL), colon))?.[0]
  const field = glued && LABELS.get(glued.trim().toLowerCase())
  return field && field !== 'other' ? { field, length: glued.length } : undefined
}

/** Lotus Notes: a name, a date, then `To`, `cc` and `Subject` on lines of their own. */
function lotusBlockAt(lines: string[], at: number): HeaderBlock | null {
  if (!/^[\s*_|]{0,8}\d/.test(lines[at + 1] ?? '')) return null
  const name = bare(lines[at] as string)
  const date = bare(lines[at + 1] ?? '')
  if (name === '' || name.length > 80 || date.length > 60) return null
  if (!/\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}.{0,3}\d{1,2}[:.]\d{2}/.test(date)) return null
  const fields = new Map<HeaderField, string>([
    ['from', name],
    ['sent', date],
  ])
  let span = 2
  for (let n = 2; n < MOST_LINES && at + n < lines.length; n++) {
    const field = LABELS.get(
      bare(lines[at + n] as string)
        .toLowerCase()
        .replace(/\s*[:：]$/, ''),
    )
    if (!field || field === 'other') continue
    fields.set(field, bare(lines[at + n + 1] ?? ''))
    span = n + 2
  }
  return fields.has('to') && fields.has('subject') ? { span: Math.min(span, lines.length - at), fields } : null
}
