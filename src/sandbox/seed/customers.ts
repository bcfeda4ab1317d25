import { accountOf } from '../../core/accounts.ts'
import { customerFor } from '../../core/customers.ts'
import { overture } from '../../core/events.ts'
import { addField, type FieldForm } from '../../core/fields/define.ts'
import { setKnownFields } from '../../core/fields/people.ts'
import { changePerson } from '../../core/people/edit.ts'
import { addCustomerNote } from '../../core/people/notes.ts'
import type { Tx } from '../../db/store.ts'
import { readPerson } from '../mail/address.ts'
import type { AgentName } from './people.ts'
import type { Town } from './town.ts'

/** A shop that buys from Tulip, and who writes for it. */
export interface Shop {
  who: string // Name <address>
  company: string
  zone: string
  level: 'Gold' | 'Silver' | 'New'
  terms: number // days until an invoice is to be paid
}

export const JANE = 'Jane Doe <jane@acme.test>'
const BOB = 'Bob Stone <bob@globex.test>'

/** The first two are those whom a visitor meets first. */
export const SHOPS: Shop[] = [
  shop(JANE, 'Acme Gardens', 'Gold', 30),
  shop(BOB, 'Globex Greenhouses', 'Silver', 14),
  shop('Nora Lind <nora@lindgarden.test>', 'Lind Garden Centre', 'Gold', 30, 'Europe/Stockholm'),
  shop('Marco Riva <marco@fioririva.test>', 'Fiori Riva', 'Silver', 14, 'Europe/Rome'),
  shop('Aya Sato <aya@hanayasato.test>', 'Hanaya Sato', 'Gold', 30, 'Asia/Tokyo'),
  shop('Tom Becker <tom@beckerblumen.test>', 'Becker Blumen', 'Silver', 14, 'Europe/Berlin'),
  shop('Lucie Moreau <lucie@fleursmoreau.test>', 'Fleurs Moreau', 'New', 0, 'Europe/Paris'),
  shop('Piet Jansen <piet@stadshotel.test>', 'Stadshotel', 'Silver', 14),
  shop('Grace Okafor <grace@okaforevents.test>', 'Okafor Events', 'Gold', 30, 'Europe/London'),
  shop('Ivan Petrov <ivan@rosegarden.test>', 'Rose Garden', 'New', 0, 'Europe/Sofia'),
  shop('Sofia Costa <sofia@costaflores.test>', 'Costa Flores', 'Silver', 14, 'Europe/Lisbon'),
  shop('Hugo Berg <hugo@bergpark.test>', 'Bergpark', 'New', 0, 'Europe/Oslo'),
  shop('Mia Novak <mia@hotelnovak.test>', 'Hotel Novak', 'Gold', 30, 'Europe/Prague'),
]

function shop(who: string, company: string, level: Shop['level'], terms: number, zone = 'Europe/Amsterdam'): Shop {
  return { who, company, level, terms, zone }
}

const NOTES: [shop: number, by: AgentName, text: string][] = [
  [0, 'Ann', 'Jane decides by herself up to 2,000 euros; above that she asks her brother Jim.'],
  [0, 'Ben', 'Deliver before ten: their yard is closed to lorries afterwards.'],
  [2, 'Fay', 'Nora wants every delivery announced a day before.'],
]

/** The shops as customers, with their companies, and what is kept of both. */
export async function seedCustomers(town: Town): Promise<void> {
  for (const { who } of SHOPS) town.world.mail.customer(who)
  await town.write(async tx => {
    const fields = await define(tx)
    const ids: string[] = []
    for (const { who, company, zone, level, terms } of SHOPS) {
      const { name, address } = readPerson(who)
      const { id } = await customerFor(tx, address, name)
      await changePerson(tx, id, { name, company, zone, tags: ['shop'], address: '' }, overture)
      await setKnownFields(
        tx,
        { owner: 'customer', id },
        { [fields.greeting]: [name.split(' ')[0] as string] },
        overture,
      )
      const account = await accountOf(tx.q, id)
      if (account)
        await setKnownFields(
          tx,
          { owner: 'account', id: account },
          { [fields.level]: [level], [fields.terms]: [`${terms}`] },
          overture,
        )
      ids.push(id)
    }
    for (const [at, by, text] of NOTES) await addCustomerNote(tx, ids[at] as string, text, town.agents[by])
  })
}

async function define(tx: Tx) {
  const plain = { hint: '', options: [], initial: [], visible: false }
  const add = (owner: 'customer' | 'account', form: Partial<FieldForm> & Pick<FieldForm, 'name' | 'kind'>) =>
    addField(tx, { owner, teamId: null }, { ...plain, ...form })
  return {
    greeting: await add('customer', { name: 'Greet as', kind: 'line' }),
    level: await add('account', { name: 'Level', kind: 'select', options: ['Gold', 'Silver', 'New'] }),
    terms: await add('account', { name: 'Days to pay', kind: 'number' }),
  }
}
