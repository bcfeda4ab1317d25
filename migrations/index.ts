import type { Kysely } from 'kysely'
import * as begin from './0001_begin.ts'
import * as mailBridge from './0002_mail_bridge.ts'
import * as chats from './0003_chats.ts'
import * as fields from './0004_fields.ts'
import * as find from './0005_find.ts'
import * as writing from './0006_writing.ts'
import * as work from './0007_work.ts'
import * as hours from './0008_hours.ts'
import * as react from './0009_react.ts'
import * as people from './0010_people.ts'
import * as deeds from './0011_deeds.ts'
import * as agreed from './0012_agreed.ts'
import * as api from './0013_api.ts'
import * as uploads from './0014_uploads.ts'
import * as numbers from './0015_numbers.ts'
import * as hooks from './0016_hooks.ts'
import * as ticketLists from './0017_ticket_lists.ts'

interface Step {
  up(db: Kysely<unknown>, bytes: 'blob' | 'bytea'): Promise<void>
}

/** Every migration by name, oldest first. Frozen once released; a change of the schema is a new line here. */
export const migrations: Record<string, Step> = {
  '0001_begin': begin,
  '0002_mail_bridge': mailBridge,
  '0003_chats': chats,
  '0004_fields': fields,
  '0005_find': find,
  '0006_writing': writing,
  '0007_work': work,
  '0008_hours': hours,
  '0009_react': react,
  '0010_people': people,
  '0011_deeds': deeds,
  '0012_agreed': agreed,
  '0013_api': api,
  '0014_uploads': uploads,
  '0015_numbers': numbers,
  '0016_hooks': hooks,
  '0017_ticket_lists': ticketLists,
}
