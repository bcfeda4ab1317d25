import type { FormRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { type AskedField, askedBy } from '../fields/forms.ts'
import { formsOf } from '../teams.ts'
import type { Span } from './people.ts'

/** A form as programs are told of it. */
export interface FormRecord {
  row: FormRow
  asked: AskedField[] // in its order
  isFirst: boolean // of its team's: new tickets begin with it
}

/** A part of the forms that can be chosen, of one team or of all, in their order. */
export async function formRecords(q: Query, teamId: string | null, { offset, limit }: Span): Promise<FormRecord[]> {
  const rows = await q
    .selectFrom('forms')
    .selectAll()
    .where('archived_at', 'is', null)
    .$if(teamId !== null, f => f.where('team_id', '=', teamId as string))
    .orderBy('team_id')
    .orderBy('position')
    .orderBy('created_at')
    .orderBy('id')
    .offset(offset)
    .limit(limit)
    .execute()
  return withAll(q, rows)
}

/** These forms, also archived ones. */
export async function withAll(q: Query, rows: FormRow[]): Promise<FormRecord[]> {
  const records: FormRecord[] = []
  for (const row of rows) {
    const [first] = await formsOf(q, row.team_id)
    records.push({ row, asked: await askedBy(q, row.id), isFirst: first?.id === row.id })
  }
  return records
}
