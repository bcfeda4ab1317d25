import type { ApiTables } from './schema/api.ts'
import type { ChatTables } from './schema/chats.ts'
import type { ConsentTables } from './schema/consent.ts'
import type { CustomerTables } from './schema/customers.ts'
import type { FieldTables } from './schema/fields.ts'
import type { HookTables } from './schema/hooks.ts'
import type { MailTables } from './schema/mail.ts'
import type { MessageTables } from './schema/messages.ts'
import type { PostTables } from './schema/posts.ts'
import type { PromiseTables } from './schema/promises.ts'
import type { TeamTables } from './schema/teams.ts'
import type { TicketTables } from './schema/tickets.ts'

export type * from './schema/api.ts'
export type * from './schema/chats.ts'
export type * from './schema/consent.ts'
export type * from './schema/customers.ts'
export type * from './schema/fields.ts'
export type * from './schema/hooks.ts'
export type * from './schema/mail.ts'
export type * from './schema/messages.ts'
export type * from './schema/posts.ts'
export type * from './schema/promises.ts'
export type * from './schema/teams.ts'
export type * from './schema/tickets.ts'

/**
 * Every table. Ids are UUIDv7 text, times are whole milliseconds since 1970 UTC, secrets are sealed (lib/sign.ts),
 * JSON is text, bytes are blobs. A column that ends in `_at` is a fact with a time; null means that it has not happened.
 */
export interface Schema
  extends ApiTables,
    ChatTables,
    ConsentTables,
    CustomerTables,
    FieldTables,
    HookTables,
    MailTables,
    MessageTables,
    PostTables,
    PromiseTables,
    TeamTables,
    TicketTables {}
