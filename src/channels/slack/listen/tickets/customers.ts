import type { App } from '@slack/bolt'
import { addressIn } from '../../../../core/addresses.ts'
import { searchCustomers } from '../../../../core/customers.ts'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import { customerOptions } from '../../views/tickets/new-ticket.ts'
import { onSearch } from '../search.ts'

/** The search for a customer, as somebody types. */
export function listenToCustomers(app: App, desk: Desk): void {
  findCustomers(app, desk, ids.findCustomer)
}

/** The same for another field. */
export function findCustomers(app: App, desk: Desk, actionId: string): void {
  onSearch(app, desk, actionId, async ({ typed }) => ({
    options: customerOptions(await desk.store.read(q => searchCustomers(q, typed)), addressIn(typed)),
  }))
}
