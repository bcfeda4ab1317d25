import type { ModalView, PlainTextOption } from '@slack/types'
import type { TagPage } from '../../../../core/tags/change.ts'
import type { TagGroup } from '../../../../core/tags/groups.ts'
import { LONGEST_TAG, tagKey } from '../../../../core/tags/tags.ts'
import {
  actions,
  button,
  confirm,
  context,
  cut,
  field,
  label,
  limits,
  modal,
  notice,
  oneLine,
  option,
  plain,
  textInput,
  words,
} from '../blocks.ts'
import { ids } from '../ids.ts'
import { many } from '../tickets/card.ts'

/** What the list of tags shows. */
export interface TagsMeta {
  typed: string
  after: string | null // the key of the tag before the first
}

/** All tags, or those that were searched, a page at a time. */
export function tagsPage(meta: TagsMeta, { tags, next }: TagPage): ModalView {
  return modal({
    id: ids.forms.searchTags,
    title: 'Tags',
    submit: 'Search',
    close: 'Close',
    meta,
    blocks: [
      field('search', 'Search', textInput(meta.typed, LONGEST_TAG), { optional: true }),
      ...(tags.length
        ? tags.map(t => words(tagLine(t), button('Edit', ids.editTag, t.id)))
        : [context(`${meta.typed ? 'No tag is called so.' : 'There is no tag yet.'} ${MADE}`)]),
      actions(
        button('Groups', ids.editTagGroups, 'all'),
        meta.after !== null && button('First page', `${ids.pageTags}:first`, '-'),
        next !== null && button('Next page', `${ids.pageTags}:next`, next),
      ),
    ],
  })
}

const MADE = 'A tag is made where it is used: type it on a ticket, under More, Edit details.'

function tagLine({ name, group, tickets }: TagPage['tags'][number]): string {
  return `${oneLine(name)}${group ? ` · ${oneLine(group)}` : ''} · on ${ticketWords(tickets)}`
}

function ticketWords(count: number): string {
  return count >= 1_000 ? '1,000 tickets or more' : many(count, 'ticket')
}

export interface TagMeta extends TagsMeta {
  tagId: string
  pageId: string // the list below, to be drawn anew
}

/** Calls a tag otherwise, puts it into a group, merges it into another one, or removes it. */
export function tagForm(meta: TagMeta, tag: { name: string; group: string | null; tickets: number }): ModalView {
  const group = tag.group === null ? undefined : option(tag.group, tag.group)
  return modal({
    id: ids.forms.tag,
    title: 'Tag',
    submit: 'Save',
    meta,
    blocks: [
      context(`It is on ${ticketWords(tag.tickets)}.`),
      field('name', 'Name', {
        type: 'plain_text_input',
        max_length: LONGEST_TAG,
        initial_value: cut(tag.name, LONGEST_TAG),
      }),
      field(
        'group',
        'Group',
        {
          type: 'multi_external_select',
          action_id: ids.findTagGroup,
          min_query_length: 0,
          max_selected_items: 1,
          placeholder: plain('Search, or type a new one', limits.placeholder),
          ...(group && { initial_options: [group] }),
        },
        { optional: true },
      ),
      field(
        'into',
        'Merge it into another tag',
        {
          type: 'multi_external_select',
          action_id: ids.findTagToMerge,
          min_query_length: 0,
          max_selected_items: 1,
          placeholder: plain('Search', limits.placeholder),
        },
        { optional: true, hint: 'Its tickets get the other tag in its place, and this one is no more.' },
      ),
      actions(
        button('Remove this tag', ids.removeTag, meta.tagId, {
          style: 'danger',
          confirm: confirm(
            'Remove this tag?',
            `${cut(oneLine(tag.name), LONGEST_TAG)} is taken off ${ticketWords(tag.tickets)}. Their histories keep it.`,
            'Remove',
          ),
        }),
      ),
    ],
  })
}

/** Shown while a tag is taken off its tickets. */
export function removingView(name: string): ModalView {
  return notice('Tag', `${cut(oneLine(name), LONGEST_TAG)} is being removed. Nothing is lost if you close this.`)
}

export function removedView(name: string): ModalView {
  return notice('Tag', `${cut(oneLine(name), LONGEST_TAG)} is removed.`)
}

/** What the search for groups offers: those found, and a new one where there is none of the name. */
export function groupOptions(found: { name: string }[], typed: string): PlainTextOption[] {
  const fresh = typed.normalize('NFC').trim().replace(/\s+/g, ' ')
  const isNew = fresh !== '' && fresh.length <= LONGEST_TAG && !found.some(g => tagKey(g.name) === tagKey(fresh))
  const offered = found.slice(0, 99).map(g => option(g.name, g.name))
  return isNew ? [{ text: plain(`＋ add ${fresh}`, limits.option), value: fresh }, ...offered] : offered
}

/** The groups of tags, each with what can be done with it. */
export function groupsPage(groups: TagGroup[]): ModalView {
  return modal({
    id: ids.editTagGroups,
    title: 'Groups of tags',
    blocks: groups.length
      ? groups.slice(0, limits.blocksInView).map(g => ({
          ...words(`${oneLine(g.name)} · ${many(g.tags, 'tag')}`, {
            type: 'overflow' as const,
            action_id: ids.tagGroupMenu,
            options: [
              { text: label('Rename', limits.option), value: `rename:${g.id}` },
              { text: label('Remove; its tags stay', limits.option), value: `remove:${g.id}` },
            ],
          }),
          block_id: `row:${g.id}`,
        }))
      : [words('There is no group yet. A group is made when a tag is put into it.')],
  })
}

export interface GroupMeta {
  groupId: string
  pageId: string
}

export function groupForm(meta: GroupMeta, name: string): ModalView {
  return modal({
    id: ids.forms.tagGroup,
    title: 'Group of tags',
    submit: 'Save',
    meta,
    blocks: [
      field('name', 'Name', {
        type: 'plain_text_input',
        max_length: LONGEST_TAG,
        initial_value: cut(name, LONGEST_TAG),
      }),
    ],
  })
}
