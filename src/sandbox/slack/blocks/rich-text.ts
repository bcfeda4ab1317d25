import { anything, bool, list, object, oneOf, type Rule, string, typed, whole } from './rules.ts'

const style = object({
  fields: {
    bold: bool,
    italic: bool,
    strike: bool,
    code: bool,
    underline: bool,
    highlight: bool,
    client_highlight: bool,
    unlink: bool,
  },
})

const inline = typed(
  {
    text: { needs: ['text'], fields: { text: string(Number.POSITIVE_INFINITY, 1) } },
    link: { needs: ['url'], fields: { url: string(3_000, 1), text: string(Number.POSITIVE_INFINITY), unsafe: bool } },
    emoji: {
      needs: ['name'],
      fields: { name: string(255, 1), unicode: string(255), url: string(3_000), skin_tone: whole(1, 6) },
    },
    user: { needs: ['user_id'], fields: { user_id: string(255, 1) } },
    usergroup: { needs: ['usergroup_id'], fields: { usergroup_id: string(255, 1) } },
    channel: { needs: ['channel_id'], fields: { channel_id: string(255, 1) } },
    team: { needs: ['team_id'], fields: { team_id: string(255, 1) } },
    broadcast: { needs: ['range'], fields: { range: oneOf('here', 'channel', 'everyone') } },
    color: { needs: ['value'], fields: { value: string(255, 1) } },
    date: {
      needs: ['timestamp', 'format'],
      fields: { timestamp: anything, format: string(1_000, 1), url: string(3_000), fallback: string(1_000) },
    },
  },
  { style },
)

const inlines = list(inline)
const border = whole(0, 1)
const section = { needs: ['elements'], fields: { elements: inlines } }

const part = typed({
  rich_text_section: section,
  rich_text_list: {
    needs: ['elements', 'style'],
    fields: {
      elements: list(typed({ rich_text_section: section }), { least: 1 }),
      style: oneOf('bullet', 'ordered'),
      indent: whole(0, 8),
      offset: whole(0, 1_000_000),
      border,
    },
  },
  rich_text_quote: { needs: ['elements'], fields: { elements: inlines, border } },
  rich_text_preformatted: {
    needs: ['elements'],
    fields: {
      elements: list((value, at, report) => {
        if (value?.type !== 'text' && value?.type !== 'link') report(`unsupported type: ${value?.type}`, `${at}/type`)
        else inline(value, at, report)
      }),
      border,
      language: string(255),
    },
  },
})

/** The elements of a rich_text block. */
export const richTextParts: Rule = list(part)

/** A whole rich_text block, as an input's initial value is one. */
export const richTextBlock: Rule = object({
  needs: ['type', 'elements'],
  fields: { type: oneOf('rich_text'), elements: richTextParts, block_id: string(255) },
})
