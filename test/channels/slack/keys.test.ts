import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { agentByHandle } from '../../../src/core/agents.ts'
import { createKey } from '../../../src/core/programs/keys.ts'
import type { Person } from '../../../src/sandbox/slack/types.ts'
import { wordsOf } from '../../support/desk.ts'
import { programWith } from '../../support/program.ts'
import { startWorld, type World } from '../../support/world.ts'

/** Keys as agents make and revoke them. One story: each part goes on where the one before ended. */
let world: World
beforeAll(async () => {
  world = await startWorld()
  await world.openTicket()
})
afterAll(() => world?.close())

const formOf = (who: Person, title: string) => world.slack.until(() => who.modals().find(m => m.title === title))
const listOf = async (who: Person, says: string) =>
  world.slack.until(() => who.modals().find(m => m.title === 'API keys' && wordsOf(m).includes(says)))
const open = async (who: Person) => {
  await who.command('/outreach keys', { channel: 'support' })
  return formOf(who, 'API keys')
}
/** Makes a key with the form, and reads it where it is shown. */
const make = async (who: Person, entries: Record<string, string | string[]>) => {
  await who.click({ view: (await open(who)).id }, 'add_key')
  await formOf(who, 'New API key')
  const answer = await who.submit(entries, { twice: true })
  expect(answer.errors).toEqual({})
  const shown = wordsOf(await formOf(who, 'API key'))
  return /ovt_[\w-]{43}/.exec(shown)?.[0] as string
}
const ask = (key: string) => programWith(world, key).get('/v1/tickets/SUP-1')
/** All rows of all tables, as text. */
const stored = () =>
  world.overture.store.read(async q => {
    const tables = await q.introspection.getTables()
    const rows = await Promise.all(
      tables.map(t =>
        q
          .selectFrom(t.name as 'tickets')
          .selectAll()
          .execute(),
      ),
    )
    const plain = rows.flat().map(r => Object.values(r).map(v => (Buffer.isBuffer(v) ? v.toString() : v)))
    return JSON.stringify(plain)
  })

describe('keys of the API', () => {
  let key = ''

  it('are found in Set-up', async () => {
    const { ann, slack } = world
    await ann.openHome()
    const home = await slack.until(() => ann.home())
    await ann.click({ view: home.id }, 'home_tab:setup')
    await slack.until(() => wordsOf(ann.home()).includes('API keys'))
    await ann.click({ view: home.id }, 'open_keys')
    expect(wordsOf(await formOf(ann, 'API keys'))).toContain('There is no key.')
    await ann.close({ all: true })
  })

  it('are refused under the field that is wrong', async () => {
    const { ann } = world
    await ann.click({ view: (await open(ann)).id }, 'add_key')
    await formOf(ann, 'New API key')
    const wrong = { name: 'CRM', scopes: ['tickets:read'], networks: '10.0.0.0/99', expires: '2020-01-01' }
    expect((await ann.submit(wrong)).errors).toEqual({
      networks: '10.0.0.0/99 is no address such as 203.0.113.7, or network such as 10.0.0.0/8.',
      expires: 'This moment is over.',
    })
    expect((await ann.submit({ networks: '', expires: '', scopes: [] })).became).toBe('errors')
    await ann.close({ all: true })
  })

  it('are shown once, however often the form comes, and work at once', async () => {
    const { ann } = world
    key = await make(ann, {
      name: 'CRM',
      scopes: ['tickets:read', 'people:read'],
      networks: '127.0.0.1\n10.0.0.0/8, ::1',
    })
    expect((await ask(key)).status).toBe(200)
    await ann.close()
    const words = wordsOf(await listOf(ann, 'CRM'))
    expect(words).toContain(`${key.slice(0, 8)}…`)
    expect(words).not.toContain(key)
    expect(words.match(/ovt_/g)).toHaveLength(1)
    expect(words).toContain('tickets:read, people:read')
    expect(words).toContain('from 127.0.0.1, 10.0.0.0/8, ::1')
    await ann.close({ all: true })
    expect(wordsOf(await open(ann))).toContain('last used')
    await ann.close({ all: true })
  })

  it('stand nowhere: in no table, and in no channel', async () => {
    const secret = key.slice(8)
    expect(await stored()).not.toContain(secret)
    expect(JSON.stringify(world.slack.channel('support').messages())).not.toContain(secret)
    expect(JSON.stringify(world.ann.ephemerals())).not.toContain(secret)
  })

  it('of others are seen and made by admins alone', async () => {
    const { ann, ben, slack } = world
    expect(wordsOf(await open(ben))).toContain('CRM') // there is no admin yet: everybody could make themselves one
    await ben.close({ all: true })
    await world.overture.store.write(tx =>
      tx.q.updateTable('agents').set({ role: 'admin' }).where('handle', '=', ann.id).execute(),
    )
    expect(wordsOf(await open(ben))).toContain('There is no key.')
    await ben.click({ view: ben.modal().id }, 'add_key')
    expect(wordsOf(await formOf(ben, 'New API key'))).not.toContain('Acts as')
    await ben.close({ all: true })

    const given = await make(ann, { name: 'For Ben', agent: ben.id, scopes: ['tickets:read'], expires: '2999-12-31' })
    expect((await ask(given)).status).toBe(200)
    await ann.close({ all: true })
    const words = wordsOf(await open(ben))
    expect(words).toContain('For Ben')
    expect(words).not.toContain('CRM')
    expect(words).toContain('expires')
    await ben.close({ all: true })
    expect(wordsOf(await open(ann))).toContain('Ben, made by Ann')
    await slack.until(() => ann.modals().length === 1)
    await ann.close({ all: true })
  })

  it('open nothing once they are revoked', async () => {
    const { ann } = world
    const { id } = await world.overture.store.read(q =>
      q.selectFrom('api_keys').select('id').where('name', '=', 'CRM').executeTakeFirstOrThrow(),
    )
    await ann.click({ view: (await open(ann)).id }, 'revoke_key', undefined, { value: id })
    await world.slack.until(() => !wordsOf(ann.modal()).includes('CRM'))
    expect((await ask(key)).status).toBe(401)
  })
  it('are turned through, where there are many', async () => {
    const { ann, ben, overture, slack } = world
    await ann.close({ all: true })
    await overture.store.write(async tx => {
      const agent = await agentByHandle(tx.q, ben.id)
      if (!agent) throw new Error('Ben is not known.')
      for (let n = 1; n <= 26; n++) {
        const form = { agentId: agent.id, name: `Key ${n}.`, scopes: null, networks: null, expiresAt: null }
        await createKey(tx, form, agent)
      }
    })
    const { id } = await open(ben)
    expect(wordsOf(ben.modal())).not.toContain('Key 1.')
    await ben.click({ view: id }, 'page_keys:next')
    await slack.until(() => wordsOf(ben.modal()).includes('Key 1.'))
    expect(wordsOf(ben.modal())).not.toContain('Key 26.')
    await ben.click({ view: id }, 'page_keys:first')
    await slack.until(() => wordsOf(ben.modal()).includes('Key 26.'))
  })
})
