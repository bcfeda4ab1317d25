import type { KnownBlock, ModalView } from '@slack/types'
import type { KnownField } from '../../../../core/fields/known.ts'
import type { TicketView } from '../../../../core/view.ts'
import { context, cut, modal, oneLine, plain } from '../blocks.ts'
import { ids } from '../ids.ts'
import { fieldInputs } from './fields.ts'
import { tagsField } from './tags-field.ts'

/** Whose fields a form shows. */
export interface CustomerFieldsMeta {
  ticketId: string // from which they are changed
  customerId: string
  accountId: string | null
  ofAccount: string[] // which fields are the company's
}

const MOST_FIELDS = 45 // of each, so that a modal has room for both

/** What is known of a ticket's customer and their company, on all their tickets. */
export function customerFieldsForm(
  { id, customer }: Pick<TicketView, 'id' | 'customer'>,
  known: { accountId: string | null; tags: string[]; customer: KnownField[]; account: KnownField[] },
): ModalView {
  return modal({
    id: ids.forms.customerFields,
    title: 'Customer',
    submit: 'Save',
    meta: {
      ticketId: id,
      customerId: customer.id,
      accountId: known.accountId,
      ofAccount: known.account.slice(0, MOST_FIELDS).map(k => k.field.id),
    } satisfies CustomerFieldsMeta,
    blocks: [
      context(plain(cut(oneLine(customer.name), 200))),
      tagsField(known.tags, ids.findCustomerTags),
      ...inputs(known.customer),
      ...(known.account.length ? [context(plain(cut(oneLine(customer.company ?? ''), 200)))] : []),
      ...inputs(known.account),
    ],
  })
}

function inputs(known: KnownField[]): KnownBlock[] {
  return fieldInputs(
    known.slice(0, MOST_FIELDS).map(({ field, picked }) => ({ ...field, isRequired: false, values: picked })),
  )
}
