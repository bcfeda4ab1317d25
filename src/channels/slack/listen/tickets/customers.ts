import type { App } from '@slack/bolt'
import { readAddress } from '../../../../core/addresses.ts'
import { searchCustomers } from '../../../../core/customers.ts'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import { customerOptions } from '../../views/tickets/new-ticket.ts'

/** The search for a customer, as somebody types. */
export function listenToCustomers(app: App, desk: Desk): void {
  findCustomers(app, desk, ids.findCustomer)
}

/** The same for another field. */
export function findCustomers(app: App, desk: Desk, actionId: string): void {
  app.options(actionId, async ({ ack, options }) => {
    const options_ = await find(desk, options.value).catch(err => {
      desk.log.error({ err }, 'Customers could not be searched.')
      return []
    })
    await ack({ options: options_ })
  })
}

async function find(desk: Desk, typed: string) {
  return customerOptions(await desk.store.read(q => searchCustomers(q, typed)), addressIn(typed))
}

/** The address, when a whole one was typed. */
function addressIn(typed: string): string | null {
  try {
    return readAddress(typed).address
  } catch {
    return null
  }
}
