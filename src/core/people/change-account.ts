import type { AccountRow } from '../../db/schema.ts'
import type { Query, Store, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { gathering, Problem, Problems } from '../../lib/problem.ts'
import { accountById } from '../accounts.ts'
import { asciiDomain, isAddress, isFreeMail } from '../addresses.ts'
import { redrawCardsIn } from '../deliveries/redraw.ts'
import type { Actor } from '../events.ts'
import { refuseUnlessChangesSome } from '../permissions/may.ts'
import { keepSetting } from '../settings.ts'
import { refreshSearch } from './edit.ts'
import { recordingChanges, recordMade } from './history.ts'

export interface AccountForm {
  name: string
  domain: string // of its people's addresses; empty: none
}

const LONGEST_NAME = 200

/** Makes a company. Returns its id. Throws Problems under `name` and `domain`, which are no other company's. */
export async function addAccount(tx: Tx, form: AccountForm, actor: Actor): Promise<string> {
  await refuseUnlessChangesSome(tx.q, actor)
  await lock(tx)
  const values = await read(tx.q, form)
  const id = newId()
  await tx.q
    .insertInto('accounts')
    .values({ id, ...values, created_at: tx.now })
    .execute()
  await recordMade(tx, { owner: 'account', id }, actor)
  return id
}

/**
 * Changes what a company is called and where its people have their addresses; those whom we know stay where they are. After
 * another name call `tellPeopleOf`. Throws as addAccount does.
 */
export async function changeAccount(tx: Tx, id: string, form: AccountForm, actor: Actor): Promise<void> {
  await refuseUnlessChangesSome(tx.q, actor)
  await lock(tx)
  await accountById(tx.q, id)
  const values = await read(tx.q, form, id)
  await recordingChanges(tx, { owner: 'account', id }, actor, async () => {
    await tx.q.updateTable('accounts').set(values).where('id', '=', id).execute()
  })
}

/** Two who make the same company at once make one. */
async function lock(tx: Tx): Promise<void> {
  await keepSetting(tx, 'accounts_changed_at', String(tx.now))
}

async function read(q: Query, form: AccountForm, id = ''): Promise<Pick<AccountRow, 'name' | 'domain'>> {
  const faults: Problem[] = []
  const gather = gathering(faults)
  const name = form.name.trim().replace(/\s+/g, ' ')
  await gather(() => refuseName(q, name, id))
  const domain = await gather(() => readDomain(q, form.domain, id))
  if (faults.length) throw new Problems(faults)
  return { name, domain: domain ?? null }
}

async function refuseName(q: Query, name: string, id: string): Promise<void> {
  if (!name) throw new Problem('invalid', 'Give the company a name.', 'name')
  if (name.length > LONGEST_NAME) throw new Problem('invalid', `A name has at most ${LONGEST_NAME} characters.`, 'name')
  const twin = await q
    .selectFrom('accounts')
    .select('name')
    .where(e => e(e.fn('lower', ['name']), '=', e.fn<string>('lower', [e.val(name)])))
    .where('id', '!=', id)
    .executeTakeFirst()
  if (twin) throw new Problem('conflict', `There is a company ${twin.name} already.`, 'name')
}

async function readDomain(q: Query, typed: string, id: string): Promise<string | null> {
  const domain = asciiDomain(typed.trim().replace(/^@/, ''))
  if (!domain && !typed.trim()) return null
  if (!isAddress(`x@${domain}`)) throw new Problem('invalid', 'Write a domain such as acme.com.', 'domain')
  if (isFreeMail(domain))
    throw new Problem('invalid', `Anybody can have an address at ${domain}, so it is no company's.`, 'domain')
  const twin = await q
    .selectFrom('accounts')
    .select('name')
    .where('domain', '=', domain)
    .where('id', '!=', id)
    .executeTakeFirst()
  if (twin) throw new Problem('conflict', `${twin.name} has the domain ${domain}.`, 'domain')
  return domain
}

const AT_ONCE = 100

/** Its people are found by what it is called now, and the cards of their open tickets say so; some hundred at a time. */
export async function tellPeopleOf(store: Store, accountId: string): Promise<void> {
  let last = ''
  for (;;) {
    const done = await store.write(async tx => {
      const people = await tx.q
        .selectFrom('customers')
        .select('id')
        .where('account_id', '=', accountId)
        .where('id', '>', last)
        .orderBy('id')
        .limit(AT_ONCE)
        .execute()
      const ids = people.map(p => p.id)
      for (const id of ids) await refreshSearch(tx, id)
      const open = tx.q.selectFrom('tickets').select('id').where('closed_at', 'is', null)
      if (ids.length) await redrawCardsIn(tx, open.where('customer_id', 'in', ids))
      return ids.at(-1)
    })
    if (done === undefined) return
    last = done
  }
}
