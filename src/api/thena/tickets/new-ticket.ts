import { z } from 'zod'
import { fieldValues } from '../custom-field-values.ts'
import { metadata } from '../metadata.ts'

// null is what programs send for what they do not have

export const id = z.string().min(1).max(200)
const word = z.string().max(255).nullish()
const words = z.string().max(20_000).nullish()
const message = z.string().max(200_000).nullish()
export const time = z.iso.datetime({ offset: true })

/** What is known of a ticket, whether it is opened or changed. */
export const ticketFields = {
  assignedAgentId: id.nullish(),
  assignedAgentEmail: word,
  accountId: id.nullish(),
  description: message,
  dueDate: time.nullish(),
  submitterEmail: word,
  statusId: id.nullish(),
  statusName: word,
  status: word.describe('As `statusName`.'),
  priorityId: id.nullish(),
  priorityName: word,
  priority: word.describe('As `priorityName`.'),
  sentimentId: word,
  typeId: word,
  type: word,
  formId: id.nullish(),
  metadata: metadata.nullish(),
  isPrivate: z.boolean().nullish(),
  source: word,
  aiGeneratedTitle: words,
  aiGeneratedSummary: words,
  ...fieldValues,
  tags: z.array(z.string().max(255)).max(100).nullish(),
  isProactive: z.boolean().nullish(),
  proactiveChannels: z
    .array(z.enum(['email', 'slack']))
    .max(10)
    .nullish(),
}

/** What a ticket may be opened with. */
export const openingShape = z.object({
  title: z.string().max(1_000),
  requestorEmail: z
    .string()
    .max(1_000)
    .nullish()
    .describe("The customer's address, also with their name: `Jane <jane@acme.test>`. Needed without `customerId`."),
  teamId: id,
  customerId: id
    .nullish()
    .describe('The customer, in place of `requestorEmail`; with it: whose address that is to be.'),
  ...ticketFields,
  attachmentUrls: z.array(z.string().max(4_000)).max(10).nullish(),
  createdAt: time.nullish(),
  closedAt: time.nullish(),
  closedById: id.nullish(),
  performRouting: z.boolean().nullish(),
  commentContent: message,
  commentContentHtml: message,
  commentContentJson: message,
  commentAttachmentIds: z.array(id).max(10).nullish(),
  commentMetadata: metadata.nullish(),
  commentImpersonatedUserName: word,
  commentImpersonatedUserEmail: word,
  commentImpersonatedUserAvatar: z.string().max(2_000).nullish(),
  deDuplicationKey: z.string().min(1).max(255).nullish(),
})

/** What a ticket is opened with. */
export const newTicketShape = openingShape
  .refine(namesCustomer, {
    path: ['requestorEmail'],
    error: 'This, or a customerId, is needed.',
    when: () => true, // beside all other faults
  })
  .meta({ id: 'ThenaNewTicket' })

export type NewThenaTicket = z.infer<typeof newTicketShape>
export type ThenaTicketFields = z.infer<z.ZodObject<typeof ticketFields>>

/** How our names for what a ticket is opened or changed with are spelled here. */
export const NAMES = {
  team: 'teamId',
  customer: 'requestorEmail',
  subject: 'title',
  message: 'description',
  assignee: 'assignedAgentId',
  account: 'accountId',
  due: 'dueDate',
  form: 'formId',
  sender: 'teamId',
  files: 'attachmentUrls',
  attachmentIds: 'commentAttachmentIds',
  created: 'createdAt',
  closed: 'closedAt',
  dedup: 'deDuplicationKey',
  ticket: 'parentTicketId',
  until: 'statusId',
  moment: 'statusId',
  status: 'statusId',
}

function namesCustomer(given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return true // that is fault enough
  const { requestorEmail, customerId } = given as { requestorEmail?: unknown; customerId?: unknown }
  return requestorEmail != null || customerId != null
}
