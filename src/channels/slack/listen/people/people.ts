import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { addressIn } from '../../../../core/addresses.ts'
import { actorOf } from '../../../../core/agents.ts'
import { type CustomerView, customerByAddress, searchCustomers } from '../../../../core/customers.ts'
import { accountPage } from '../../../../core/people/account.ts'
import { changePerson } from '../../../../core/people/edit.ts'
import { mergePeople } from '../../../../core/people/merge.ts'
import { addCustomerNote, removeCustomerNote } from '../../../../core/people/notes.ts'
import { type PersonPage, personPage } from '../../../../core/people/page.ts'
import type { AgentRow } from '../../../../db/schema.ts'
import type { Tx } from '../../../../db/store.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import { accountView } from '../../views/people/account.ts'
import {
  foundPeople,
  MOST_FOUND,
  mergeForm,
  type PersonMeta,
  personForm,
  personNoteForm,
  personView,
} from '../../views/people/page.ts'
import { admit, admitChanging, openForm, redrawView } from '../show.ts'
import { type Done, onPress, onSubmit, type Pressed } from '../showing-problems.ts'
import { once } from '../submission.ts'
import { openNewTicket, startWith } from '../tickets/ticket-form.ts'
import * as values from '../values.ts'

/** Customers' and companies' pages, and what can be done on them. */
export function listenToPeople(app: App, desk: Desk): void {
  const opens = (id: string, view: (person: PersonPage) => ModalView, letIn: typeof admitChanging = admit) =>
    app.action<BlockAction>(
      id,
      onPress(desk, async ({ body, user, value }) => {
        await letIn(desk, user)
        await openForm(desk, body, view(await load(desk, user, value)))
      }),
    )
  for (const id of [ids.openPerson, ids.findPerson]) opens(id, personView)
  opens(ids.editPerson, personForm, admitChanging)
  opens(ids.addPersonNote, personNoteForm, admitChanging)
  opens(ids.mergePerson, mergeForm, admitChanging)
  const on = (id: string, work: (pressed: Pressed) => Promise<void>) => app.action<BlockAction>(id, onPress(desk, work))
  on(ids.openAccount, pressed => openAccount(desk, pressed))
  on(ids.writeTo, pressed => write(desk, pressed))
  on(ids.removePersonNote, pressed => removeNote(desk, pressed))
  const submitted = (
    id: string,
    work: (tx: Tx, customerId: string, v: values.Values, by: AgentRow) => Promise<unknown>,
  ) =>
    app.view<ViewSubmitAction>(
      id,
      onSubmit(desk, body => change(desk, body, work)),
    )
  submitted(ids.forms.editPerson, (tx, id, v, by) => changePerson(tx, id, readPerson(v), actorOf(by)))
  submitted(ids.forms.personNote, (tx, id, v, by) => addCustomerNote(tx, id, values.typed(v, 'note'), by))
  submitted(ids.forms.mergePerson, (tx, id, v, by) => {
    const other = values.chosen(v, 'person')
    if (!other) throw new Problem('invalid', 'Choose somebody.', 'person')
    return mergePeople(tx, other, id, actorOf(by))
  })
}

/**
 * Opens the page of whoever has this address, or is the one whose name, address or company has these words; answers with
 * those to choose from where there are several. Throws a Problem where there is nobody.
 */
export async function openPersonAt(
  desk: Desk,
  from: { trigger_id: string; user: string },
  typed: string,
): Promise<ReturnType<typeof foundPeople> | undefined> {
  const address = addressIn(typed)
  const found = await desk.store.read(async q => {
    const exact = address && (await customerByAddress(q, address))
    return exact ? [exact] : address ? [] : searchCustomers(q, typed, MOST_FOUND + 1)
  })
  const [first, ...others] = found
  if (!first) throw new Problem('not_found', `Nobody is known as ${address ?? `“${typed.slice(0, 100)}”`}.`)
  if (others.length) return foundPeople(typed, found as CustomerView[])
  await openForm(desk, from, personView(await load(desk, from.user, first.id)))
}

async function load(desk: Desk, user: string, customerId: string): Promise<PersonPage> {
  const agent = await admit(desk, user)
  return desk.store.read(q => personPage(q, customerId, agent.id))
}

async function openAccount(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  const agent = await admit(desk, user)
  await openForm(desk, body, accountView(await desk.store.read(q => accountPage(q, value, agent.id))))
}

/** The form for a new ticket, with this customer. */
async function write(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  const { addresses } = await load(desk, user, value)
  const start = await startWith(desk, addresses[0]?.address ?? '', '')
  await openNewTicket(desk, { ...body, user: { id: user } }, null, start)
}

async function removeNote(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  const agent = await desk.people.agent(user)
  await desk.store.write(tx => removeCustomerNote(tx, value, agent))
  if (!body.view) return
  const { customerId } = values.metaOf<PersonMeta>(body.view)
  await redrawView(desk, body.view.id, personView(await load(desk, user, customerId)))
}

function readPerson(v: values.Values) {
  return {
    name: values.typed(v, 'name'),
    company: values.typed(v, 'company'),
    zone: values.typed(v, 'zone'),
    tags: values.typed(v, 'tags').split(','),
    address: values.typed(v, 'address'),
  }
}

/** The page below the form is drawn anew. */
async function change(
  desk: Desk,
  { user, view }: ViewSubmitAction,
  work: (tx: Tx, customerId: string, v: values.Values, by: AgentRow) => Promise<unknown>,
): Promise<Done> {
  const { customerId } = values.metaOf<PersonMeta>(view)
  const agent = await desk.people.agent(user.id)
  await desk.store.write(tx => once(tx, view, () => work(tx, customerId, view.state.values, agent)))
  const below = view.previous_view_id
  return {
    keepBelow: true,
    after: async () => {
      if (below) await redrawView(desk, below, personView(await load(desk, user.id, customerId)))
    },
  }
}
