import type { ReplyMode } from '../db/schema.ts'
import type { Tx } from '../db/store.ts'
import { asStored } from './addresses.ts'
import { addSender } from './senders/edit.ts'
import { isOwnAddress } from './senders/find.ts'
import { createTeam, teams } from './teams.ts'

export interface FirstSettings {
  desk: { place: string; holdMs: number; replyMode: ReplyMode } | null
  from: { address: string; name: string } | null
}

/** At the first start: the first team, with the first sender. What exists is left as people have set it since. */
export async function welcome(tx: Tx, first: FirstSettings): Promise<void> {
  let [team] = await teams(tx.q)
  if (!team && first.desk) {
    await createTeam(tx, { name: 'Support', prefix: 'SUP', signature: '', ...first.desk })
    ;[team] = await teams(tx.q)
  }
  if (team && first.from && !(await isOwnAddress(tx.q, asStored(first.from.address))))
    await addSender(tx, { teamId: team.id, ...first.from, smtpUrl: null, dkimSelector: null, dkimKey: null })
}
