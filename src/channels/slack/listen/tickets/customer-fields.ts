import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import { accountOf } from '../../../../core/accounts.ts'
import { actorOf } from '../../../../core/agents.ts'
import { knownFields } from '../../../../core/fields/known.ts'
import { setKnownFields } from '../../../../core/fields/people.ts'
import { setTagsOfCustomer } from '../../../../core/people/tags.ts'
import { findTagsOfCustomers, tagsOfCustomer } from '../../../../core/tags/customers.ts'
import { lockTicket } from '../../../../core/tickets/lock.ts'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import { type CustomerFieldsMeta, customerFieldsForm } from '../../views/tickets/customer-fields.ts'
import { tagOffers } from '../../views/tickets/tags-field.ts'
import { onSearch } from '../search.ts'
import { admit, loadTicket, openForm } from '../show.ts'
import { type Done, onPress, onSubmit, type Pressed } from '../showing-problems.ts'
import * as values from '../values.ts'
import { allOrNone } from './edit-details.ts'
import { givenIn } from './fields.ts'

/** What is known of a ticket's customer and their company. */
export function listenToCustomerFields(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.customerFields,
    onPress(desk, pressed => open(desk, pressed)),
  )
  app.view<ViewSubmitAction>(
    ids.forms.customerFields,
    onSubmit(desk, body => save(desk, body)),
  )
  onSearch(app, desk, ids.findCustomerTags, async ({ typed }) => {
    const found = await desk.store.read(q => findTagsOfCustomers(q, typed))
    return tagOffers(
      found.map(name => ({ id: name, name, group: null })),
      typed,
    )
  })
}

async function open(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  await admit(desk, user, value)
  const ticket = await loadTicket(desk, value)
  const { id } = ticket.customer
  const form = await desk.store.read(async q => {
    const accountId = await accountOf(q, id)
    return customerFieldsForm(ticket, {
      accountId,
      tags: await tagsOfCustomer(q, id),
      customer: await knownFields(q, { owner: 'customer', id }),
      account: accountId ? await knownFields(q, { owner: 'account', id: accountId }) : [],
    })
  })
  await openForm(desk, body, form)
}

async function save(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { ticketId, customerId, accountId, ofAccount } = values.metaOf<CustomerFieldsMeta>(view)
  const v = view.state.values
  const actor = actorOf(await desk.people.agent(user.id))
  const { given, faults } = await givenIn(desk, v)
  const those = (isWanted: (id: string) => boolean) =>
    Object.fromEntries(Object.entries(given).filter(([id]) => isWanted(id)))
  const tags = values.chosenOptions(v, 'tags').map(o => String(o.value))
  await desk.store.write(async tx => {
    await lockTicket(tx, ticketId, actor)
    await allOrNone(
      tx,
      [
        () => setTagsOfCustomer(tx, customerId, tags, actor),
        () =>
          setKnownFields(
            tx,
            { owner: 'customer', id: customerId },
            those(id => !ofAccount.includes(id)),
            actor,
          ),
        async () =>
          accountId &&
          setKnownFields(
            tx,
            { owner: 'account', id: accountId },
            those(id => ofAccount.includes(id)),
            actor,
          ),
      ],
      faults,
    )
  })
  return { keepBelow: true }
}
