import type { AgentRow, Priority, SenderRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { gathering, Problem, Problems } from '../../lib/problem.ts'
import { readAddress } from '../addresses.ts'
import { actorOf } from '../agents.ts'
import { type KeptFile, refuseTooLarge, refuseUnmailable } from '../attachments.ts'
import { banOf } from '../bans.ts'
import { readAllCopies } from '../copies.ts'
import { type CustomerView, customerById } from '../customers.ts'
import { type Document, isEmpty } from '../document.ts'
import { refuseForgotten } from '../erase/forgotten.ts'
import { askedBy, formById } from '../fields/forms.ts'
import type { Given } from '../fields/read.ts'
import { faultsOfMissing, readFields, type Value } from '../fields/values.ts'
import { openedBy, refusalToOpen, writingOf } from '../permissions/may.ts'
import { isOwnAddress } from '../senders/find.ts'
import { usableSender } from '../senders/usual.ts'
import { refuseUnreachable } from '../suppressions.ts'
import { teamById } from '../teams.ts'
import type { MailWish, NewFile } from '../view.ts'
import { faultsInDetails } from './details.ts'
import { refuseAsParent } from './relations.ts'

/** What an agent gives for a new ticket. */
export interface NewTicket extends MailWish {
  teamId: string
  formId?: string | null
  senderId?: string | null // null: the agent's usual one in the team, or the team's
  customer: { id: string } | { typed: string }
  subject: string
  body: Document
  files?: NewFile[]
  priority: Priority
  assigneeId?: string | null
  email: boolean // false: internal only, nothing is sent
  agent: AgentRow
  dedupKey?: string // the same key again is the same ticket
  fields?: Given // what else its form asks for
  parentId?: string | null // the ticket that it is part of
  tags?: string[]
  keptFiles?: KeptFile[] // whose bytes are stored already
  description?: string | null // for the team alone
  dueAt?: number | null // ms UTC
  createdAt?: number // of one that began elsewhere; absent: now
  isTheirs?: boolean // the customer's own words, which a program passes on: nothing is sent to them
}

/** Throws the Problems that openTicket would, for files of these sizes that are yet to be fetched; changes nothing. */
export async function checkTicket(tx: Tx, form: NewTicket, files: { name: string; size: number }[]): Promise<void> {
  await readForm(tx, form, files)
}

/** The same, read. */
interface Readable {
  address: CustomerView | { address: string; name: string }
  sender: SenderRow | null
  values: Value[] // of its form's fields
  isDraft: boolean // somebody else is to send it
}

/** Reads what is given. Throws Problems, each with the field at fault. */
export async function readForm(
  tx: Tx,
  form: NewTicket,
  files: { name: string; size: number }[] = filesIn(form),
): Promise<Readable> {
  const faults: Problem[] = []
  const gather = gathering(faults)
  await gather(() => refuseGone(tx.q, form.teamId))
  const writing = await writingOf(tx.q, form.agent.id, openedBy(form.agent.id, form.teamId))
  if (writing === 'nothing') faults.push(await refusalToOpen(tx.q, form.teamId))
  const { parentId } = form
  if (parentId) await gather(() => refuseAsParent(tx.q, parentId, actorOf(form.agent)))
  const address = await gather(() => readCustomer(tx, form.customer))
  if (address) await gather(() => refuseOurs(tx.q, address.address))
  const isSent = form.email && !form.isTheirs
  if (address && isSent) await gather(() => refuseUnreachable(tx.q, address.address))
  if (address && isSent) await gather(() => refuseForgotten(tx, address.address))
  if (address && form.isTheirs) await gather(() => refuseBanned(tx, address.address))
  const { subject, description, dueAt } = form
  faults.push(...faultsInDetails({ subject, description: description ?? undefined, dueAt }))
  if (isEmpty(form.body)) faults.push(new Problem('invalid', 'Write a message.', 'message'))
  await gather(() => (isSent ? refuseUnmailable(tx.files, files) : refuseTooLarge(files)))
  if (!form.email && form.copyTo?.length)
    faults.push(new Problem('invalid', 'An internal ticket is mailed to nobody: leave this empty.', 'copies'))
  if (!form.email && form.blindTo?.length)
    faults.push(new Problem('invalid', 'An internal ticket is mailed to nobody: leave this empty.', 'blind'))
  if (!form.email && form.schedule)
    faults.push(new Problem('invalid', 'An internal ticket is mailed to nobody, at no time.', 'when'))
  if (form.email) await gather(() => readAllCopies(tx.q, address?.address ?? '', form))
  const wished = form.senderId ?? null
  const sender = form.email
    ? await gather(() => usableSender(tx.q, form.teamId, wished, form.isTheirs ? null : form.agent.id))
    : null
  const values = await gatherFields(tx.q, form, faults)
  if (faults.length || !address) throw new Problems(faults)
  return { address, sender: sender ?? null, values, isDraft: isSent && writing === 'drafts' }
}

function filesIn({ files = [], keptFiles = [] }: NewTicket): { name: string; size: number }[] {
  return [...files.map(f => ({ name: f.name, size: f.bytes.length })), ...keptFiles]
}

/** What the form's fields hold; what is wrong or missing is added to the faults. */
async function gatherFields(q: Query, { teamId, formId, fields = {} }: NewTicket, faults: Problem[]): Promise<Value[]> {
  if (formId && (await formById(q, formId)).team_id !== teamId)
    faults.push(new Problem('invalid', 'This form is not one of the team.', 'form'))
  const asked = formId ? await askedBy(q, formId) : []
  const filled = (id: string) => fields[id]?.some(text => text.trim()) ?? false
  faults.push(...faultsOfMissing(asked, filled))
  try {
    return await readFields(q, teamId, fields)
  } catch (error) {
    if (!(error instanceof Problems)) throw error
    faults.push(...error.problems)
    return []
  }
}

async function refuseGone(q: Query, teamId: string): Promise<void> {
  const { name, archived_at } = await teamById(q, teamId)
  if (archived_at !== null) throw new Problem('not_found', `The team ${name} is no more.`, 'team')
}

async function readCustomer(
  tx: Tx,
  customer: NewTicket['customer'],
): Promise<CustomerView | { address: string; name: string }> {
  if ('id' in customer) return customerById(tx.q, customer.id)
  if (!customer.typed.trim()) throw new Problem('invalid', 'Choose a customer, or type an address.', 'customer')
  return readAddress(customer.typed)
}

/** A mail to ourselves would come back as a customer's. */
async function refuseOurs(q: Query, address: string): Promise<void> {
  if (!(await isOwnAddress(q, address))) return
  throw new Problem('invalid', `${address} is an address of ours, not a customer's.`, 'customer')
}

/** What is not taken in by mail is not taken in otherwise. */
async function refuseBanned(tx: Tx, address: string): Promise<void> {
  const ban = await banOf(tx.q, address)
  if (!ban || (ban.until_at !== null && ban.until_at <= tx.now)) return
  throw new Problem('conflict', `Nothing from ${ban.address} is taken in: ${ban.reason}`, 'customer')
}
