import { limits } from '../limits.ts'
import { interactive } from '../messages.ts'
import type { Block, Json } from '../types.ts'
import { accessory, action, contextElement, input } from './elements.ts'
import { richTextParts } from './rich-text.ts'
import { anything, bool, faultsOf, list, plainText, type Rule, type Shape, string, text, typed } from './rules.ts'

export type Surface = 'message' | 'modal' | 'home'

const shapes: Record<string, Shape> = {
  section: {
    fields: {
      text: text(limits.section.text),
      fields: list(text(limits.section.field), { least: 1, most: limits.section.fields }),
      accessory,
      expand: bool,
    },
    also: (value, at, report) => {
      if (!value.text && !value.fields) report('must provide text or fields', at)
    },
  },
  divider: { fields: {} },
  header: { needs: ['text'], fields: { text: plainText(limits.header) } },
  context: { needs: ['elements'], fields: { elements: list(contextElement, { least: 1, most: limits.context }) } },
  actions: { needs: ['elements'], fields: { elements: list(action, { least: 1, most: limits.actions }) } },
  image: {
    needs: ['alt_text'],
    fields: {
      image_url: string(limits.image.url, 1),
      slack_file: anything,
      alt_text: string(limits.image.alt, 1),
      title: plainText(limits.image.title),
    },
    also: (value, at, report) => {
      if (!value.image_url === !value.slack_file) report('must provide either image_url or slack_file', at)
    },
  },
  input: {
    needs: ['label', 'element'],
    fields: {
      label: plainText(limits.input.label),
      element: input,
      hint: plainText(limits.input.hint),
      optional: bool,
      dispatch_action: bool,
    },
  },
  rich_text: { needs: ['elements'], fields: { elements: richTextParts } },
  markdown: { needs: ['text'], fields: { text: string(limits.markdown, 1) } },
  table: {
    needs: ['rows'],
    fields: {
      rows: list(list(anything, { least: 1, most: limits.table.columns }), { least: 1, most: limits.table.rows }),
      column_settings: list(anything, { most: limits.table.columns }),
    },
  },
  video: {
    needs: ['title', 'video_url', 'thumbnail_url', 'alt_text'],
    fields: {
      title: plainText(limits.video.title),
      video_url: string(limits.video.url, 1),
      thumbnail_url: string(limits.video.url, 1),
      alt_text: string(limits.video.alt, 1),
      title_url: string(limits.video.url),
      author_name: string(50),
      description: plainText(limits.video.title),
      provider_name: string(255),
      provider_icon_url: string(limits.video.url),
    },
  },
}

const onlyInModals = ['file_input', 'rich_text_input']
const everywhere = ['section', 'divider', 'header', 'context', 'actions', 'image', 'input', 'rich_text', 'video']
const onSurface: Record<Surface, Rule> = {
  message: blockOf([...everywhere, 'markdown', 'table']),
  modal: blockOf(everywhere),
  home: blockOf(everywhere),
}

/** What Slack would say of these blocks; empty when it takes them. `at` is the json-pointer of the list. */
export function faultsInBlocks(blocks: Json, surface: Surface, at = '/blocks'): string[] {
  const most = surface === 'message' ? limits.message.blocks : limits.view.blocks
  const rule: Rule = (value, where, report) => {
    list(onSurface[surface], { most })(value, where, report)
    if (!Array.isArray(value)) return
    uniqueBlocks(value, where, report)
    for (const [i, block] of value.entries()) {
      uniqueActions(block, `${where}/${i}`, report)
      if (surface !== 'modal' && onlyInModals.includes(block?.element?.type))
        report(`${block.element.type} is only available in modals`, `${where}/${i}/element`)
    }
    oneFocus(value, where, report)
  }
  return faultsOf(rule, blocks, at)
}

/** How much text the blocks of a message hold together, which Slack limits without saying so. */
export function textLength(blocks: Json): number {
  if (Array.isArray(blocks)) return blocks.reduce((sum: number, item) => sum + textLength(item), 0)
  if (typeof blocks !== 'object' || blocks === null) return 0
  return Object.entries(blocks).reduce(
    (sum, [key, value]) => sum + (key === 'text' && typeof value === 'string' ? value.length : textLength(value)),
    0,
  )
}

function blockOf(names: string[]): Rule {
  return typed(Object.fromEntries(names.map(name => [name, shapes[name] as Shape])), { block_id: string(limits.id, 1) })
}

const uniqueBlocks: Rule = (blocks, at, report) => {
  const seen = new Set<string>()
  for (const [i, block] of blocks.entries()) {
    if (!block?.block_id) continue
    if (seen.has(block.block_id)) report(`\`block_id\` ${block.block_id} already exists`, `${at}/${i}/block_id`)
    seen.add(block.block_id)
  }
}

const uniqueActions: Rule = (block: Block, at, report) => {
  if (!block || !(Array.isArray(block.elements) || block.element || block.accessory)) return
  const ids = interactive(block).flatMap(element => element?.action_id ?? [])
  for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i)))
    report(`\`action_id\` ${id} already exists in this block`, at)
}

const oneFocus: Rule = (blocks: Block[], at, report) => {
  const focused = blocks.filter(b => b && interactive(b).some(e => e?.focus_on_load))
  if (focused.length > 1) report('only one element can set focus_on_load to true', at)
}
