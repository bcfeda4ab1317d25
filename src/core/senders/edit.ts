import type { Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { Problem, Problems } from '../../lib/problem.ts'
import { seal } from '../../lib/sign.ts'
import { isUrlOf } from '../../lib/url.ts'
import { asStored, isAddress } from '../addresses.ts'
import { liftAlert } from '../alerts.ts'
import { aliasFaults, aliasOf, setAliases } from './aliases.ts'
import { alertOf } from './health.ts'

export interface SenderForm {
  teamId: string
  address: string
  name: string
  smtpUrl: string | null // null: the environment's; undefined in a change: as it was
  dkimSelector: string | null
  dkimKey: string | null
  aliases?: string // as typed, one a line; absent: as they were
  postalFooter?: string | null // under what goes to many; absent: as it was
}

const MOST_FOOTER = 500

/** Adds an address to send from. Throws Problems for an address that is none or another sender's, or a bad SMTP URL. */
export async function addSender(tx: Tx, form: SenderForm): Promise<string> {
  const id = newId()
  await refuseFaults(tx, id, form)
  await tx.q
    .insertInto('senders')
    .values({ id, ...columns(tx, form), created_at: tx.now, broken_at: null, broken_reason: null, removed_at: null })
    .execute()
  await setAliases(tx, id, form.aliases)
  return id
}

/** Changes a sender and lets it try again. A secret that is null stays as it was. */
export async function changeSender(tx: Tx, id: string, form: SenderForm): Promise<void> {
  await refuseFaults(tx, id, form)
  const { smtp_url, dkim_key, ...rest } = columns(tx, form)
  await tx.q
    .updateTable('senders')
    .set({
      ...rest,
      ...(smtp_url ? { smtp_url } : {}),
      ...(dkim_key ? { dkim_key } : {}),
      broken_at: null,
      broken_reason: null,
    })
    .where('id', '=', id)
    .execute()
  await liftAlert(tx, alertOf(id), 'Its settings were changed, so it is tried again.')
  await setAliases(tx, id, form.aliases)
}

/** The address and its aliases are used no more; tickets that used it are sent from another of the team. */
export async function removeSender(tx: Tx, id: string): Promise<void> {
  await tx.q.updateTable('senders').set({ removed_at: tx.now }).where('id', '=', id).execute()
  await liftAlert(tx, alertOf(id), 'It was removed.')
  await setAliases(tx, id, '')
}

function columns(tx: Tx, form: SenderForm) {
  return {
    team_id: form.teamId,
    address: asStored(form.address.trim()),
    name: form.name.trim(),
    smtp_url: form.smtpUrl ? seal(tx.key, form.smtpUrl) : null,
    dkim_selector: form.dkimSelector,
    dkim_key: form.dkimKey ? seal(tx.key, form.dkimKey) : null,
    ...(form.postalFooter !== undefined && { postal_footer: form.postalFooter?.trim() || null }),
  }
}

const NO_SMTP_URL =
  'An SMTP address looks like smtps://user:password@mail.example.com:465; special characters in the password are written with %, such as %23 for #.'

async function refuseFaults(tx: Tx, id: string, form: SenderForm): Promise<void> {
  const faults: Problem[] = []
  const address = asStored(form.address.trim())
  if (!isAddress(address)) faults.push(new Problem('invalid', 'That is not an email address.', 'address'))
  if (form.smtpUrl && !isUrlOf(['smtp:', 'smtps:'], form.smtpUrl))
    faults.push(new Problem('invalid', NO_SMTP_URL, 'smtp_url'))
  if ((form.postalFooter ?? '').trim().length > MOST_FOOTER)
    faults.push(new Problem('invalid', `The postal address has at most ${MOST_FOOTER} characters.`, 'postal_footer'))
  if (form.dkimKey && !/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(form.dkimKey))
    faults.push(new Problem('invalid', 'Paste the whole private key, with its BEGIN and END lines.', 'dkim_key'))
  if (form.dkimKey && !form.dkimSelector)
    faults.push(
      new Problem('invalid', 'A DKIM key needs the selector that its public half is published under.', 'dkim_selector'),
    )
  if (form.dkimSelector && !SELECTOR.test(form.dkimSelector))
    faults.push(new Problem('invalid', 'A DKIM selector is a name such as s1 or mail2026.', 'dkim_selector'))
  if (form.dkimSelector && !form.dkimKey && !(await hasKey(tx, id)))
    faults.push(new Problem('invalid', 'A DKIM selector needs its private key, or no mail is signed.', 'dkim_key'))
  const taken = await tx.q
    .selectFrom('senders')
    .select('id')
    .where('address', '=', address)
    .where('id', '!=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  if (taken || (await aliasOf(tx.q, address, id)))
    faults.push(new Problem('conflict', 'Another sender has this address.', 'address'))
  faults.push(...(await aliasFaults(tx.q, id, form.aliases)))
  if (faults.length) throw new Problems(faults)
}

/** Names with dots between them, as in the DNS (RFC 6376, 3.1). */
const SELECTOR = /^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?)*$/i

async function hasKey(tx: Tx, id: string): Promise<boolean> {
  const sender = await tx.q.selectFrom('senders').select('dkim_key').where('id', '=', id).executeTakeFirst()
  return !!sender?.dkim_key
}
