import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { customerByAddress, customerFor } from '../../../src/core/customers.ts'
import type { MessageView, ModalView } from '../../../src/sandbox/slack/types.ts'
import { atDesk, wordsOf } from '../../support/desk.ts'
import { startWorld, type World } from '../../support/world.ts'

/** Customers as agents look them up. One story: each part goes on where the one before ended. */
let world: World
let card: MessageView
beforeAll(async () => {
  world = await startWorld()
  card = await world.openTicket()
})
afterAll(() => world.close())

const pageSays = (text: string): Promise<ModalView> =>
  world.slack.until(() => world.ann.modals().find(m => m.title === 'Customer' && wordsOf(m).includes(text)))
const { told, form } = atDesk(() => world)
const closeAll = async () => {
  if (world.ann.modals().length) await world.ann.close({ all: true })
}
const who = async (address: string) => {
  await closeAll()
  await world.ann.command(`/outreach who ${address}`, { channel: 'support' })
}

describe('a customer’s page', () => {
  it('opens by their address', async () => {
    await who('jane@acme.test')
    const page = await pageSays('SUP-1')
    expect(wordsOf(page)).toContain('Acme')
    await who('nobody@acme.test')
    await told('Nobody is known as nobody@acme.test.')
    await who('nonsense')
    await told('Nobody is known as “nonsense”.')
  })

  it('opens by a name or company, too; where there are several, one is chosen', async () => {
    await who('jane acme')
    await pageSays('jane@acme.test')
    await closeAll()
    const twin = { address: 'jim@acme.test', name: 'Jim Doe' }
    await world.overture.store.write(tx => customerFor(tx, twin.address, twin.name))
    await who('acme.test')
    const asked = await told('Who is it?')
    const jim = await world.overture.store.read(q => customerByAddress(q, twin.address))
    await world.ann.click({ ephemeral: asked.id }, 'open_person', undefined, { value: jim?.id ?? '' })
    await pageSays('jim@acme.test')
  })

  it('opens from a ticket, and leads to another', async () => {
    await world.ann.click({ message: { channel: world.slack.channel('support').id, ts: card.ts } }, 'details')
    const details = await form('SUP-1')
    await world.ann.click({ view: details.id }, 'open_person')
    const page = await pageSays('SUP-1')
    await world.ann.click({ view: page.id }, 'details')
    await world.slack.until(() => world.ann.modals().length === 3 && world.ann.modals()[2]?.title === 'SUP-1')
    const last = world.ann.modal()
    await world.ann.click({ view: last.id }, 'open_person') // a fourth does not fit: it takes the place of the third
    await world.slack.until(() => world.ann.modals().length === 3 && world.ann.modal().title === 'Customer')
  })

  it('is found in the Home tab as somebody types', async () => {
    await closeAll()
    await world.ann.openHome()
    const home = await world.slack.until(() => world.ann.home())
    const found = await world.ann.suggest({ view: home.id }, 'find_person', 'acme')
    expect(JSON.stringify(found)).toContain('jane@acme.test')
    await world.ann.click({ view: home.id }, 'find_person', 'jane@acme.test')
    await pageSays('jane@acme.test')
  })

  it('is edited, with what is wrong under its field', async () => {
    const page = await pageSays('jane@acme.test')
    await world.ann.click({ view: page.id }, 'edit_person')
    await form('Edit customer')
    const refused = await world.ann.submit({ name: 'Jane Doe', zone: 'Nowhere', address: 'support@tulip' })
    expect(Object.keys(refused.errors)).toContain('zone')
    await world.ann.submit({ name: 'Jane Doe', zone: 'Europe/Paris', tags: 'VIP, NL', address: '' })
    await pageSays('Europe/Paris')
    expect(wordsOf(world.ann.modal())).toContain('nl, vip')
    expect(wordsOf(world.ann.modal())).toContain('time zone: none → Europe/Paris')
  })

  it('keeps notes, which are taken back', async () => {
    await world.ann.click({ view: world.ann.modal().id }, 'add_person_note')
    await form('Note')
    await world.ann.submit({ note: 'Likes <!channel> tulips.' }, { twice: true })
    const page = await pageSays('Likes <!channel> tulips.')
    expect(await world.overture.store.read(q => q.selectFrom('customer_notes').select('id').execute())).toHaveLength(1)
    await world.ann.click({ view: page.id }, 'remove_person_note')
    await world.slack.until(() => !wordsOf(world.ann.modal()).includes('tulips.'))
  })

  it('merges with another’s', async () => {
    const { store } = world.overture
    await store.write(tx => customerFor(tx, 'jd@home.test', 'J. Doe'))
    await world.ann.click({ view: world.ann.modal().id }, 'merge_person')
    await form('Merge customers')
    await world.ann.submit({ person: 'jd@home.test' })
    await pageSays('jd@home.test')
    await who('jd@home.test')
    expect(wordsOf(await pageSays('jd@home.test'))).toContain('jane@acme.test')
  })

  it('shows the company', async () => {
    await world.ann.click({ view: world.ann.modal().id }, 'open_account')
    const company = await form('Company')
    expect(wordsOf(company)).toContain('1 open ticket')
    expect(wordsOf(company)).toContain('Jane Doe')
  })

  it('leads to the form for a new ticket', async () => {
    await who('jane@acme.test')
    const page = await pageSays('SUP-1')
    await world.ann.click({ view: page.id }, 'write_to')
    expect(JSON.stringify((await form('New ticket')).values)).toContain('jane@acme.test')
  })
})

describe('a list of customers', () => {
  const give = async (text: string) => {
    await closeAll()
    await world.ann.command('/outreach import', { channel: 'support' })
    await form('Import customers')
    return world.ann.submit({ file: [{ name: 'list.csv', bytes: text, mimetype: 'text/csv' }] })
  }
  const says = (text: string) => world.slack.until(() => world.ann.modals().find(m => wordsOf(m).includes(text)))

  it('is looked at before anything is changed, then taken in', async () => {
    await give(
      'email,name,plan\neve@globex.test,Eve,gold\njane@acme.test,Jane,free\nno address,Nobody,\nEVE@globex.test,Eve,\n',
    )
    const page = await says('*1* new')
    expect(wordsOf(page)).toContain('Row 3: no address')
    expect(wordsOf(page)).toContain('*1* with an address that stands in the list already')
    expect(await world.overture.store.read(q => customerByAddress(q, 'eve@globex.test'))).toBeUndefined()
    await world.ann.click({ view: page.id }, 'import_now')
    await says('The list is in.')
    expect(await world.overture.store.read(q => customerByAddress(q, 'eve@globex.test'))).toMatchObject({ name: 'Eve' })
  })

  it('that cannot be read says why', async () => {
    await give('name\nJane\n')
    await says('must be called address or email')
  })
})
