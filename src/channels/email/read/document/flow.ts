import { type Block, type Inline, joined, type Marks, wordsOf } from '../../../../core/document.ts'

/** What a run of words wears: its marks and the address that it links to. */
export interface Dress extends Marks {
  url?: string
}

/** A part of a page that is laid out by itself and becomes one block (or, a cell and an item, a part of one). */
export type Region =
  | { kind: 'root' | 'quote' | 'item' | 'row' | 'cell' | 'code' }
  | { kind: 'heading'; level: 1 | 2 | 3 }
  | { kind: 'list'; ordered: boolean; start: number }

type Open = Region & {
  blocks: Block[]
  lines: Inline[][] // of the paragraph that is being written
  line: Inline[]
  blank: boolean // the line is empty, or ends in a space that takes in the next one
  parts: Block[][] // items of a list, cells of a row
  code: string
}

const mostNodes = 50_000
const deepestNesting = 20 // of quotes and of lists; further in, words stand at that depth

/**
 * Lays out text as a browser does: blanks collapse, lines end where blocks begin and end, an empty line parts
 * paragraphs. However much it is given the words all arrive; past a number of pieces only the form is left out.
 */
export class Flow {
  #open: Open[] = [begin({ kind: 'root' })]
  #nodes = 0
  #nesting = 0

  /** Text in which blanks and newlines mean a space between words. */
  words(text: string, dress: Dress): void {
    const top = this.#top()
    if (top.kind === 'code') {
      write(top, text)
      return
    }
    const collapsed = text.replace(/[ \t\n\r\f]+/g, ' ')
    const rest = top.blank && collapsed.startsWith(' ') ? collapsed.slice(1) : collapsed
    if (rest === '') return
    this.#add(top, rest, dress)
    top.blank = rest.endsWith(' ')
  }

  /** Text that stands as it was written. */
  lines(text: string, dress: Dress): void {
    const top = this.#top()
    if (top.kind === 'code') {
      write(top, text)
      return
    }
    text.split('\n').forEach((line, i) => {
      if (i) this.newline()
      if (line) this.#add(top, line, dress)
      if (line) top.blank = false
    })
  }

  /** Ends the line, be it empty. */
  newline(): void {
    const top = this.#top()
    if (top.kind === 'code') write(top, '\n')
    else if (this.#spent()) this.#add(top, '\n', {})
    else {
      this.#nodes++
      trimEnd(top.line)
      top.lines.push(top.line)
      top.line = []
    }
    top.blank = true
  }

  /** Ends the line if there is anything in it. */
  boundary(): void {
    const top = this.#top()
    const begun = top.kind === 'code' ? !top.blank : top.line.length > 0
    if (begun && !(this.#spent() && top.blank)) this.newline()
  }

  /** Ends the paragraph. */
  paragraph(): void {
    this.boundary()
    if (!this.#spent()) finish(this.#top())
  }

  rule(): void {
    this.paragraph()
    if (this.#top().kind !== 'code') this.#top().blocks.push({ type: 'rule' })
  }

  /** Begins a region, unless it has no place here; true if it did, and then `leave` must follow. */
  enter(region: Region): boolean {
    const top = this.#top()
    const nests = region.kind === 'quote' || region.kind === 'list'
    if (top.kind === 'code' || this.#spent() || (nests && this.#nesting >= deepestNesting)) return false
    if (region.kind === 'item' && top.kind !== 'list') return false
    if (region.kind === 'cell' && top.kind !== 'row') return false
    if (region.kind === 'row') this.boundary()
    else this.paragraph()
    if (region.kind === 'item') adopt(top)
    if (nests) this.#nesting++
    this.#nodes++
    this.#open.push(begin(region))
    return true
  }

  /** Ends the innermost region. */
  leave(): void {
    const region = this.#open.pop()!
    endLine(region)
    finish(region)
    if (region.kind === 'quote' || region.kind === 'list') this.#nesting--
    this.#place(region, this.#top())
  }

  /** How many blocks the page has so far; undefined inside a table, list or quote. */
  blocksSoFar(): number | undefined {
    return this.#open.length === 1 && !this.#spent() ? this.#top().blocks.length : undefined
  }

  end(): Block[] {
    while (this.#open.length > 1) this.leave()
    const root = this.#top()
    endLine(root)
    finish(root)
    return root.blocks
  }

  #place(region: Open, parent: Open): void {
    if (region.kind === 'item' || region.kind === 'cell') parent.parts.push(region.blocks)
    else if (region.kind === 'row') this.#placeRow([region.blocks, ...region.parts], parent)
    else parent.blocks.push(...blocksOf(region))
  }

  /** Cells of one line each are one line; others stand below each other, as in a table that only lays out a page. */
  #placeRow(cells: Block[][], parent: Open): void {
    const filled = cells.filter(cell => cell.length > 0)
    if (filled.every(isLine)) {
      parent.line = filled.flatMap((cell, i): Inline[] => [
        ...(i ? [{ type: 'text', text: ' | ' } as const] : []),
        ...contentOf(cell[0]!),
      ])
      this.boundary()
    } else {
      this.paragraph()
      finish(parent)
      for (const cell of filled) parent.blocks.push(...cell)
    }
  }

  #add(top: Open, text: string, { url, ...marks }: Dress): void {
    const words = text.replaceAll('\u00a0', ' ')
    const last = top.line.at(-1)
    if (this.#spent()) {
      if (last?.type === 'text' && Object.keys(last).length === 2) last.text += words
      else top.line.push({ type: 'text', text: words })
    } else {
      this.#nodes++
      const linked = url !== undefined && words.trim() !== ''
      top.line.push(linked ? { type: 'link', url, text: words, ...marks } : { type: 'text', text: words, ...marks })
    }
  }

  #spent(): boolean {
    return this.#nodes >= mostNodes
  }

  #top(): Open {
    return this.#open.at(-1)!
  }
}

function begin(region: Region): Open {
  return { ...region, blocks: [], lines: [], line: [], blank: true, parts: [], code: '' }
}

function write(code: Open, text: string): void {
  if (text === '') return
  code.code += text
  code.blank = text.endsWith('\n')
}

function endLine(region: Open): void {
  if (region.line.length === 0) return
  trimEnd(region.line)
  region.lines.push(region.line)
  region.line = []
}

/** Makes paragraphs of the lines so far: an empty line parts them. */
function finish(region: Open): void {
  let content: Inline[] = []
  for (const line of [...region.lines, []]) {
    if (line.length > 0) content.push(...line, { type: 'break' })
    else {
      const words = joined(content)
      if (words.length) region.blocks.push({ type: 'paragraph', content: words })
      content = []
    }
  }
  region.lines = []
}

/** What stands in a list outside its items belongs to the item above. */
function adopt(list: Open): void {
  if (list.blocks.length === 0) return
  const above = list.parts.at(-1)
  if (above) above.push(...list.blocks)
  else list.parts.push(list.blocks)
  list.blocks = []
}

function blocksOf(region: Open): Block[] {
  switch (region.kind) {
    case 'quote':
      return region.blocks.length ? [{ type: 'quote', content: region.blocks }] : []
    case 'heading':
      return headingOf(region.blocks, region.level)
    case 'code': {
      const text = region.code.replaceAll('\u00a0', ' ').replace(/^\n/, '').trimEnd()
      return text.trim() ? [{ type: 'code', text }] : []
    }
    case 'list': {
      adopt(region)
      const items = region.ordered ? region.parts : region.parts.filter(item => item.length > 0)
      if (items.every(item => item.length === 0)) return []
      const start = region.ordered && region.start !== 1 ? { start: region.start } : {}
      return [{ type: 'list', ordered: region.ordered, ...start, items }]
    }
    default:
      return region.blocks
  }
}

function headingOf(blocks: Block[], level: 1 | 2 | 3): Block[] {
  const content = joined(
    blocks.flatMap((block): Inline[] => (block.type === 'paragraph' ? [...block.content, { type: 'break' }] : [])),
  )
  const others = blocks.filter(block => block.type !== 'paragraph')
  return content.length ? [{ type: 'heading', level, content }, ...others] : others
}

function isLine(cell: Block[]): boolean {
  return cell.length === 1 && cell[0]!.type === 'paragraph' && !contentOf(cell[0]!).some(i => i.type === 'break')
}

function contentOf(block: Block): Inline[] {
  return block.type === 'paragraph' ? block.content : []
}

function trimEnd(line: Inline[]): void {
  for (let last = line.at(-1); last && 'text' in last; last = line.at(-1)) {
    last.text = last.text.trimEnd()
    if (wordsOf(last) !== '') return
    line.pop()
  }
}
