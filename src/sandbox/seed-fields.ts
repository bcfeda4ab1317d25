import { actorOf, agentByHandle } from '../core/agents.ts'
import { addField, type FieldForm, type Owner } from '../core/fields/define.ts'
import { addForm, changeForm } from '../core/fields/forms.ts'
import { setFields } from '../core/fields/values.ts'
import { changeTag } from '../core/tags/change.ts'
import { groupNamed } from '../core/tags/groups.ts'
import { findTags, setTags } from '../core/tags/tags.ts'
import { formsOf } from '../core/teams.ts'
import { setDetails } from '../core/tickets/details.ts'
import { ticketByIdentifier } from '../core/tickets/find.ts'
import type { TeamRow } from '../db/schema.ts'
import type { Tx } from '../db/store.ts'
import type { World } from './world.ts'

const plain = { hint: '', options: [], initial: [], visible: false }
const DAY_MS = 86_400_000

/** What a florist wants to know of a ticket: a second form with fields of its own, tags in groups, and Jane's ticket filled in. */
export async function seedFields(world: World, team: TeamRow): Promise<void> {
  const ann = world.slack.as('Ann').id
  await world.overture.store.write(async tx => {
    const agent = await agentByHandle(tx.q, ann)
    if (!agent) throw new Error('The demo has nobody in its team.')
    const actor = actorOf(agent)
    const { order, flowers, refund } = await define(tx, team.id)
    const { id } = await ticketByIdentifier(tx.q, 'SUP-1')
    await setTags(tx, id, ['Late', 'Early bird'], actor)
    await setFields(tx, id, { [order]: ['T-1042'], [flowers]: ['Tulips'], [refund]: [] }, actor)
    await setDetails(
      tx,
      id,
      { description: 'The frost got into the fields of the north.', dueAt: tx.now + DAY_MS },
      actor,
    )
    for (const [name, group] of [
      ['Late', 'What went wrong'],
      ['Early bird', 'Customer'],
    ] as const) {
      const [tag] = await findTags(tx.q, name)
      if (tag) await changeTag(tx, tag.id, { name, groupId: await groupNamed(tx, group) })
    }
  })
}

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
