import { addField, type FieldForm, type Owner } from '../../core/fields/define.ts'
import { addForm, changeForm } from '../../core/fields/forms.ts'
import { changeTag } from '../../core/tags/change.ts'
import { groupNamed } from '../../core/tags/groups.ts'
import { findTags } from '../../core/tags/tags.ts'
import { formsOf } from '../../core/teams.ts'
import type { Tx } from '../../db/store.ts'
import type { Town } from './town.ts'

const plain = { hint: '', options: [], initial: [], visible: false }

/** What a florist wants to know of a ticket: a second form with fields of its own. */
export function seedFields(town: Town): Promise<TicketFields> {
  return town.write(tx => define(tx, town.teams.Support.id))
}

/** Ids of the fields of Support's tickets. */
export type TicketFields = Record<'order' | 'flowers' | 'refund', string>

async function define(tx: Tx, teamId: string) {
  const owner: Owner = { owner: 'ticket', teamId }
  const add = (name: string, more: Partial<FieldForm> & Pick<FieldForm, 'kind'>) =>
    addField(tx, owner, { ...plain, name, ...more })
  const order = await add('Order number', { kind: 'line', hint: 'As on the invoice.', visible: true })
  const flowers = await add('Flowers', { kind: 'multi', options: ['Tulips', 'Daffodils', 'Hyacinths', 'Bulbs'] })
  const refund = await add('Refund in euros', { kind: 'number' })
  const [general] = await formsOf(tx.q, teamId)
  if (general) await changeForm(tx, general.id, { ...general, fields: [{ id: order, required: null }] })
  await addForm(tx, teamId, {
    name: 'Delivery problem',
    priority: 'high',
    fields: [
      { id: order, required: 'creation' },
      { id: flowers, required: null },
      { id: await add('Parcel', { kind: 'url', hint: 'Where the carrier shows it.' }), required: null },
      { id: refund, required: 'close' },
    ],
  })
  return { order, flowers, refund }
}

const GROUPS = {
  'What went wrong': ['Late', 'Quality', 'Refund', 'Invoice'],
  Customer: ['Early bird'],
}

/** Puts the tags into groups that tickets have by now. */
export async function seedTagGroups(town: Town): Promise<void> {
  await town.write(async tx => {
    for (const [group, names] of Object.entries(GROUPS))
      for (const name of names) {
        const [tag] = await findTags(tx.q, name, 1)
        if (tag) await changeTag(tx, tag.id, { name, groupId: await groupNamed(tx, group) })
      }
  })
}
