import { type Block, type Document, fromText, type Inline, joined, linkUrl, type Marks } from '../../core/document.ts'
import { Problem } from '../../lib/problem.ts'

/** An element of what a rich text editor says: ProseMirror and TipTap, Slate, or Lexical. Anybody may have written it. */
type Node = Record<string, unknown>

const DEEPEST = 50
const MOST_NODES = 20_000

/** How far one is in reading. */
interface Reading {
  nodes: number
}

/**
 * What the JSON of a rich text editor says: its paragraphs, headings, lists, quotes, code, links and marks. What it has
 * beyond these is read for its text. Throws a Problem under `contentJson` for what no editor says.
 */
export function fromJson(json: unknown): Document {
  if (typeof json === 'string') return fromText(json)
  const root = isNode(json) && isNode(json.root) ? json.root : json // Lexical has its tree under `root`
  if (!Array.isArray(root) && !isNode(root))
    throw new Problem('invalid', 'This is no text of an editor: it is neither a tree nor a list.', 'contentJson')
  return blocksIn(Array.isArray(root) ? root : [root], {}, 0, { nodes: 0 })
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Where each editor has what is within a node. */
function childrenOf(node: Node): unknown[] {
  const { content, children } = node
  return Array.isArray(content) ? content : Array.isArray(children) ? children : []
}

/** The kind of a node as all editors agree on: `bulletList`, `bullet_list` and `bulleted-list` are one. */
function kindOf(node: Node): string {
  const kind = typeof node.type === 'string' ? node.type.toLowerCase().replace(/[-_]/g, '') : ''
  return KINDS.get(kind) ?? kind
}

const KINDS = new Map([
  ...named('bullets', 'bulletlist bulletedlist unorderedlist ul tasklist checklist'),
  ...named('numbers', 'orderedlist numberedlist ol'),
  ...named('item', 'listitem li taskitem checklistitem'),
  ...named('quote', 'blockquote quote'),
  ...named('code', 'codeblock code pre'),
  ...named('rule', 'horizontalrule hr thematicbreak divider'),
  ...named('break', 'hardbreak linebreak br'),
  ...named('link', 'link a autolink'),
  ...named('heading', 'heading h1 h2 h3 h4 h5 h6 headingone headingtwo headingthree'),
])

function named(kind: string, names: string): [string, string][] {
  return names.split(' ').map(name => [name, kind])
}

const INLINE = new Set(['text', 'break', 'link', 'mention', 'emoji', 'codehighlight', 'tab', 'image'])

function isInline(node: Node): boolean {
  return INLINE.has(kindOf(node)) || (node.type === undefined && typeof node.text === 'string')
}

/** Blocks as they stand; what stands loose between them is a paragraph. */
function blocksIn(nodes: unknown[], marks: Marks, depth: number, at: Reading): Block[] {
  const blocks: Block[] = []
  let loose: Inline[] = []
  const end = () => {
    const content = joined(loose)
    if (content.length) blocks.push({ type: 'paragraph', content })
    loose = []
  }
  for (const node of nodes) {
    if (!isNode(node)) continue
    if (isInline(node)) {
      loose.push(...inlineOf(node, marks, depth, at))
      continue
    }
    end()
    blocks.push(...blockOf(node, marks, depth + 1, at))
  }
  end()
  return blocks
}

function blockOf(node: Node, marks: Marks, depth: number, at: Reading): Block[] {
  count(at, depth)
  const children = childrenOf(node)
  switch (kindOf(node)) {
    case 'heading': {
      const content = inlinesIn(children, marks, depth, at)
      return content.length ? [{ type: 'heading', level: levelOf(node), content }] : []
    }
    case 'bullets':
      return listOf(node, false, marks, depth, at)
    case 'numbers':
      return listOf(node, true, marks, depth, at)
    case 'list': // Lexical
      return listOf(node, node.listType === 'number', marks, depth, at)
    case 'quote':
      return [{ type: 'quote', content: blocksIn(children, marks, depth, at) }]
    case 'code':
      return [{ type: 'code', text: textIn(children, depth, at) }]
    case 'rule':
      return [{ type: 'rule' }]
    default:
      return children.some(child => isNode(child) && !isInline(child))
        ? blocksIn(children, marks, depth, at)
        : paragraphOf(children, marks, depth, at)
  }
}

function paragraphOf(children: unknown[], marks: Marks, depth: number, at: Reading): Block[] {
  const content = inlinesIn(children, marks, depth, at)
  return content.length ? [{ type: 'paragraph', content }] : []
}

function listOf(node: Node, ordered: boolean, marks: Marks, depth: number, at: Reading): Block[] {
  const items = childrenOf(node)
    .filter(isNode)
    .map(item => {
      count(at, depth + 1)
      return kindOf(item) === 'item'
        ? blocksIn(childrenOf(item), marks, depth + 1, at)
        : blocksIn([item], marks, depth + 1, at)
    })
    .filter(item => item.length)
  if (!items.length) return []
  const start = numberOf(node.start) ?? numberOf(attributesOf(node).start) ?? numberOf(attributesOf(node).order) ?? 1
  return [{ type: 'list', ordered, ...(ordered && start !== 1 && { start }), items }]
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 1_000_000 ? value : undefined
}

function levelOf(node: Node): 1 | 2 | 3 {
  const words = `${node.type} ${node.tag ?? ''}`.toLowerCase()
  const given = attributesOf(node).level ?? node.level ?? /h([1-6])\b/.exec(words)?.[1]
  const word = ['one', 'two', 'three'].findIndex(w => words.trim().endsWith(w)) + 1
  const level = Number(given ?? (word || 1))
  return level <= 1 || Number.isNaN(level) ? 1 : level === 2 ? 2 : 3
}

function attributesOf(node: Node): Node {
  return isNode(node.attrs) ? node.attrs : {}
}

function inlinesIn(nodes: unknown[], marks: Marks, depth: number, at: Reading): Inline[] {
  return joined(nodes.filter(isNode).flatMap(node => inlineOf(node, marks, depth, at)))
}

function inlineOf(node: Node, around: Marks, depth: number, at: Reading): Inline[] {
  count(at, depth)
  const marks = { ...around, ...marksOf(node) }
  const attributes = attributesOf(node)
  switch (kindOf(node)) {
    case 'break':
      return [{ type: 'break' }]
    case 'tab':
      return [{ type: 'text', text: '\t', ...marks }]
    case 'mention':
      return mentionOf(node)
    case 'emoji':
      return saying(stringOf(attributes.emoji ?? node.emoji ?? node.text ?? attributes.name), marks)
    case 'image':
      return saying(stringOf(attributes.alt ?? node.alt ?? node.altText), marks)
    case 'link':
      return linked(inlinesIn(childrenOf(node), marks, depth + 1, at), node.url ?? attributes.href ?? attributes.url)
  }
  if (typeof node.text === 'string') return linked(saying(node.text, marks), linkIn(node))
  return inlinesIn(childrenOf(node), marks, depth + 1, at)
}

function mentionOf(node: Node): Inline[] {
  const { label, name, id } = attributesOf(node)
  const said = stringOf(label ?? name ?? node.mentionName ?? node.character ?? node.text ?? node.value ?? id)
  const bare = said.trim().replace(/^@/, '')
  return bare ? [{ type: 'mention', name: bare.slice(0, 200) }] : []
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value.toWellFormed() : ''
}

function saying(text: string, marks: Marks): Inline[] {
  return text
    .toWellFormed()
    .split(/\r\n?|\n/)
    .flatMap((line, i): Inline[] => [
      ...(i ? [{ type: 'break' } as const] : []),
      ...(line ? [{ type: 'text' as const, text: line, ...marks }] : []),
    ])
}

function linked(content: Inline[], target: unknown): Inline[] {
  const url = typeof target === 'string' ? linkUrl(target) : undefined
  if (!url) return content
  return content.map(inline => (inline.type === 'text' ? { ...inline, type: 'link', url } : inline))
}

/** ProseMirror says a link as a mark of its text. */
function linkIn({ marks }: Node): unknown {
  const link = Array.isArray(marks) ? marks.find(m => isNode(m) && m.type === 'link') : undefined
  return isNode(link) ? attributesOf(link).href : undefined
}

const LEXICAL = { bold: 1, italic: 2, strike: 4, code: 16 } as const

/** ProseMirror lists marks, Slate sets them on the text, Lexical has a bit for each. */
function marksOf(node: Node): Marks {
  const listed = Array.isArray(node.marks) ? node.marks.map(m => (isNode(m) ? String(m.type) : String(m))) : []
  const bits = typeof node.format === 'number' ? node.format : 0
  const has = (mark: keyof typeof LEXICAL, ...names: string[]) =>
    (bits & LEXICAL[mark]) !== 0 || names.some(name => listed.includes(name) || node[name] === true)
  return {
    ...(has('bold', 'bold', 'strong') && { bold: true }),
    ...(has('italic', 'italic', 'em') && { italic: true }),
    ...(has('strike', 'strike', 'strikethrough', 's') && { strike: true }),
    ...(has('code', 'code') && { code: true }),
  }
}

/** All text within, a line for each block. */
function textIn(nodes: unknown[], depth: number, at: Reading): string {
  return nodes
    .filter(isNode)
    .map((node, i) => {
      count(at, depth)
      if (typeof node.text === 'string') return node.text.toWellFormed()
      if (kindOf(node) === 'break') return '\n'
      return (i && !isInline(node) ? '\n' : '') + textIn(childrenOf(node), depth + 1, at)
    })
    .join('')
}

function count(at: Reading, depth: number): void {
  at.nodes++
  if (depth > DEEPEST || at.nodes > MOST_NODES)
    throw new Problem('invalid', 'This text is nested too deeply, or in too many pieces.', 'contentJson')
}
