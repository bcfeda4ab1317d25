import type { PlainTextOption } from '@slack/types'
import { LONGEST_TAG, MOST_TAGS, type Tag, tagKey } from '../../../../core/tags/tags.ts'
import { field, label, limits, option, plain } from '../blocks.ts'

/** Tags to choose, or to make by typing them. */
export function tagsField(tags: string[], actionId: string) {
  const chosen = tags.map(tagOption)
  return field(
    'tags',
    'Tags',
    {
      type: 'multi_external_select',
      action_id: actionId,
      min_query_length: 0,
      max_selected_items: MOST_TAGS,
      placeholder: plain('Search, or type a new one', limits.placeholder),
      ...(chosen.length && { initial_options: chosen }),
    },
    { optional: true },
  )
}

function tagOption(name: string): PlainTextOption {
  return option(name, name)
}

interface Group {
  label: ReturnType<typeof label>
  options: PlainTextOption[]
}

const MOST_OFFERED = 99 // and the new one

/**
 * What the search for tags offers: those found, by their groups where they have some, and a new one where what was typed
 * is no tag yet.
 */
export function tagOffers(found: Tag[], typed: string): { options: PlainTextOption[] } | { option_groups: Group[] } {
  const fresh = typed.normalize('NFC').trim().replace(/\s+/g, ' ')
  const isNew = fresh !== '' && fresh.length <= LONGEST_TAG && !found.some(t => tagKey(t.name) === tagKey(fresh))
  const first = isNew ? [{ text: plain(`＋ add ${fresh}`, limits.option), value: fresh }] : []
  const shown = found.slice(0, MOST_OFFERED)
  if (!shown.some(t => t.group)) return { options: [...first, ...shown.map(t => tagOption(t.name))] }
  const groups = new Map<string, PlainTextOption[]>()
  for (const { name, group } of shown) groups.set(group ?? '', [...(groups.get(group ?? '') ?? []), tagOption(name)])
  return {
    option_groups: [
      ...(first.length ? [{ label: label('New', limits.option), options: first }] : []),
      ...[...groups].map(([group, options]) => ({ label: plain(group || 'Other tags', limits.option), options })),
    ],
  }
}
