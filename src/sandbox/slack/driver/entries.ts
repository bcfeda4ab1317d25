import { findChannel } from '../channels.ts'
import { keepUpload, wholeFileJson } from '../files.ts'
import { findUser } from '../people.ts'
import { richTextOf, typed } from '../rich-text.ts'
import type { Block, Entry, Json, Option, Suggestions, Upload } from '../types.ts'
import { asChosen, valueKey } from '../values.ts'
import { SlackSays, type User, type World } from '../world.ts'

/** Asks the app what an external select offers. */
export type Search = (query: string) => Promise<Suggestions>

/** The state of an element after somebody entered something. */
export async function stateAfter(world: World, user: User, element: Json, entry: Entry, search: Search): Promise<Json> {
  const key = valueKey(element.type)
  if (!key) throw new SlackSays('no_value', `A ${element.type} holds no value.`)
  const value = entry === null ? emptyOf(key) : await entered(world, user, element, entry, search)
  return { type: element.type, [key]: value }
}

/** The option of a value or label. */
export async function optionOf(element: Json, entry: Entry, search: Search): Promise<Option> {
  if (typeof entry === 'object' && entry !== null && 'value' in entry) return asChosen(entry)
  const wanted = String(entry)
  const offered = element.type.includes('external') ? all(await search(wanted)) : own(element)
  const option =
    offered.find(o => o.value === wanted || o.text.text === wanted) ??
    offered.find(o => o.text.text.toLowerCase().includes(wanted.toLowerCase()))
  if (!option)
    throw new SlackSays(
      'no_such_option',
      `${element.action_id} has no option ${wanted}, only ${offered.map(o => o.text.text).join(', ') || 'none'}.`,
    )
  return asChosen(option)
}

function entered(world: World, user: User, element: Json, entry: Exclude<Entry, null>, search: Search): Promise<Json> {
  const { type } = element
  const many = Array.isArray(entry) ? (entry as Entry[]) : [entry]
  if (type.startsWith('multi_')) return Promise.all(many.map(one => single(world, type.slice(6), element, one, search)))
  if (type === 'checkboxes') return Promise.all(many.map(one => optionOf(element, one, search)))
  if (type === 'file_input') return Promise.resolve(filesIn(world, user, element, many as unknown as Upload[]))
  if (type === 'rich_text_input') return Promise.resolve(richTextIn(world, entry as string | Block))
  return single(world, type, element, entry, search)
}

async function single(world: World, type: string, element: Json, entry: Entry, search: Search): Promise<Json> {
  switch (type) {
    case 'static_select':
    case 'external_select':
    case 'radio_buttons':
      return optionOf(element, entry, search)
    case 'users_select':
      return findUser(world, String(entry)).id
    case 'channels_select':
    case 'conversations_select':
      return findChannel(world, String(entry)).id
    case 'datetimepicker':
      return Number(entry)
    default:
      return entry === '' ? null : String(entry)
  }
}

function richTextIn(world: World, entry: string | Block): Json {
  if (typeof entry !== 'string') return entry
  if (entry === '') return null
  const { block_id: _, ...block } = richTextOf(typed(world, entry), { lists: true })
  return block
}

function filesIn(world: World, user: User, element: Json, uploads: Upload[]): Json {
  const { max_files = 10, filetypes } = element
  if (uploads.length > max_files) throw new SlackSays('too_many_files', `You can upload up to ${max_files} files.`)
  for (const { name } of uploads)
    if (filetypes && !filetypes.includes(name.split('.').at(-1)))
      throw new SlackSays('file_type_not_allowed', `${name} is not a supported file type.`)
  return uploads.map(upload => {
    const file = keepUpload(world, upload, user)
    file.isSharedWithApp = true
    return wholeFileJson(world, file)
  })
}

function emptyOf(key: string): Json {
  return key === 'files' || key.endsWith('s') ? [] : null
}

function own(element: Json): Option[] {
  return element.options ?? element.option_groups?.flatMap((g: Json) => g.options) ?? []
}

function all({ options, groups }: Suggestions): Option[] {
  return [...options, ...groups.flatMap(g => g.options)]
}
