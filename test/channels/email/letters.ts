import type { Letter } from '../../../src/core/letter.ts'
import type { AttachmentView, MessageView, SenderView, TicketView } from '../../../src/core/view.ts'
import { aMessage, aSender, aTicket } from '../../support/views.ts'

/** The key that letters of these tests are signed with. */
export const KEY = Buffer.alloc(32, 7)

interface Wanted {
  id?: string
  to?: string
  text?: string
  references?: string[]
  copies?: string[]
  blind?: string[]
  barred?: Letter['barred']
  handed?: string[]
  key?: string
  token?: string
  message?: Partial<MessageView>
  author?: Partial<MessageView['author']>
  ticket?: Partial<TicketView>
  customer?: Partial<TicketView['customer']>
  team?: Partial<TicketView['team']>
  sender?: Partial<SenderView> | null
}

/** What Ann of the Support team writes to Jane Doe of Acme about SUP-1, but for what is wanted otherwise. */
export function letter(wanted: Wanted = {}): Letter {
  const text = wanted.text ?? 'Hello Jane,\n\nthe parts are on their way.'
  return {
    id: wanted.id ?? '0199b000-0000-7000-8000-000000000001',
    channel: 'email',
    kind: 'message',
    version: 1,
    attempts: 1,
    key: wanted.key ?? '<0199b000.first@support.test>',
    externalId: null,
    createdAt: Date.UTC(2026, 2, 3, 9, 30),
    thread: {
      id: 't1',
      side: 'customer',
      place: wanted.to ?? 'jane@acme.test',
      root: null,
      token: wanted.token ?? 'abcdefghijklmnop',
      endedAt: null,
    },
    ticketId: '0199b000-0000-7000-8000-000000000002',
    ticket: ticket(wanted),
    message: message(text, wanted),
    references: wanted.references ?? [],
    copies: wanted.copies ?? [],
    blind: wanted.blind ?? [],
    barred: wanted.barred ?? [],
    handed: wanted.handed ?? [],
    deferrals: 0,
    deferredAt: null,
    uncertainAt: null,
  }
}

function ticket(wanted: Wanted): TicketView {
  const usual = aTicket()
  return {
    ...usual,
    team: { ...usual.team, ...wanted.team },
    customer: { ...usual.customer, ...wanted.customer },
    sender: wanted.sender === null ? null : aSender(wanted.sender),
    ...wanted.ticket,
  }
}

function message(text: string, wanted: Wanted): MessageView {
  const usual = aMessage(text, { opening: true })
  return { ...usual, author: { ...usual.author, ...wanted.author }, ...wanted.message }
}

export function attachment(name: string, type: string, content: string | Buffer, contentId?: string): AttachmentView {
  const bytes = Buffer.from(content)
  return {
    id: name,
    name,
    type,
    size: bytes.length,
    contentId: contentId ?? null,
    inline: contentId !== undefined,
    minor: false,
    known: false,
    link: null,
    read: async () => bytes,
  }
}
