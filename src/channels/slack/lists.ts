import type { Block } from '../../core/document.ts'

type List = Extract<Block, { type: 'list' }>

/** A list item as Slack writes it, on its own: it knows how far in it stands. `number` is absent where it just follows. */
export interface FlatItem {
  indent: number
  ordered: boolean
  number?: number
  content: Block[]
}

/** The lists that these lines form: an item that stands further in belongs to the item above it. */
export function nestLists(items: FlatItem[]): Block[] {
  const outermost: Block[] = []
  const open: { indent: number; list: List }[] = []
  for (const item of items) {
    while (open.length && open.at(-1)!.indent > item.indent) open.pop()
    const top = open.at(-1)
    if (top && top.indent === item.indent && !follows(top.list, item)) open.pop()
    if (open.at(-1)?.indent !== item.indent) open.push({ indent: item.indent, list: begin(item, open, outermost) })
    open.at(-1)!.list.items.push([...item.content])
  }
  return outermost
}

function follows(list: List, item: FlatItem): boolean {
  if (list.ordered !== item.ordered) return false
  return item.number === undefined || item.number === (list.start ?? 1) + list.items.length
}

function begin(item: FlatItem, open: { list: List }[], outermost: Block[]): List {
  const start = item.ordered && item.number !== undefined && item.number !== 1 ? { start: item.number } : {}
  const list: List = { type: 'list', ordered: item.ordered, ...start, items: [] }
  const above = open.at(-1)?.list.items.at(-1)
  ;(above ?? outermost).push(list)
  return list
}
