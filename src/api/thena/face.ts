import type { Face } from '../face.ts'
import { attaching } from './attachments.ts'
import { readingComments } from './comments/read.ts'
import { commenting } from './comments/write.ts'
import { refusal, refused } from './envelope.ts'
import { accounts } from './people/accounts.ts'
import { agents } from './people/agents.ts'
import { contacts } from './people/contacts.ts'
import { search } from './search/search.ts'
import { customFields } from './set-up/custom-fields.ts'
import { forms } from './set-up/forms.ts'
import { priorities } from './set-up/priorities.ts'
import { statuses } from './set-up/statuses.ts'
import { tags } from './set-up/tags.ts'
import { teamMembers } from './set-up/team-members.ts'
import { teams } from './set-up/teams.ts'
import { acting } from './tickets/act.ts'
import { inBulk } from './tickets/bulk.ts'
import { changing } from './tickets/change.ts'
import { creating } from './tickets/create.ts'
import { drafting } from './tickets/drafts.ts'
import { listing } from './tickets/list.ts'
import { reading } from './tickets/read.ts'
import { relating } from './tickets/relate.ts'
import { tagging } from './tickets/tags.ts'
import { webhookDeliveries } from './webhooks/deliveries.ts'
import { webhooks } from './webhooks/webhooks.ts'

/** Thena's way: a key in `x-api-key`, and every answer in the same envelope. */
export const thena: Face = {
  name: 'Thena',
  prefix: '/v1',
  header: 'x-api-key',
  refusal,
  refused,
  async routes(server, options) {
    for (const part of [...TICKETS, ...COMMENTS, ...SET_UP, ...PEOPLE, ...HOOKS]) await server.register(part, options)
  },
}

// in the order in which people read of them: what a stranger tries first stands first
const TICKETS = [creating, listing, reading, changing, acting, relating, inBulk, drafting, tagging, search]
const COMMENTS = [commenting, readingComments, attaching]
const SET_UP = [customFields, forms, priorities, statuses, tags, teamMembers, teams]
const PEOPLE = [accounts, agents, contacts]
const HOOKS = [webhooks, webhookDeliveries]
