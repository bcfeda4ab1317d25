import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ban } from '../../../src/core/bans.ts'
import { fillFromCsv } from '../../../src/core/chats/audience.ts'
import { USUAL_EXCLUSIONS } from '../../../src/core/chats/blocks.ts'
import { type ChatForm, checkChat } from '../../../src/core/chats/draft.ts'
import { dryRun, dryRunOf, previewFor, recipientsCsv } from '../../../src/core/chats/dry-run.ts'
import { findRecipients } from '../../../src/core/chats/find.ts'
import { countSegment, saveSegment } from '../../../src/core/chats/segments.ts'
import { learnFacts } from '../../../src/core/customers.ts'
import { fromText, plainText } from '../../../src/core/document.ts'
import { suppress } from '../../../src/core/suppressions.ts'
import { type ChatTown, startChatTown } from '../../support/chat.ts'

let town: ChatTown
beforeEach(async () => {
  town = await startChatTown()
})
afterEach(() => town.close())

const whole = async (pieces: AsyncIterable<string>) => {
  let text = ''
  for await (const piece of pieces) text += piece
  return text
}
const blocks = async (id: string) => Object.fromEntries((await town.recipients(id)).map(r => [r.address, r.block]))
const fromCsv = async (csv: string | Buffer, changes: Partial<ChatForm> = {}) => {
  const id = await town.draft('', { audience: { kind: 'file', name: 'list.csv' }, ...changes })
  await fillFromCsv(town.store, id, Readable.from([csv]))
  await dryRun(town.store, id)
  return id
}

describe('the dry run of a chat', () => {
  it('names each who would not get it, and why', async () => {
    await town.open({ customer: { typed: 'open@acme.test' } })
    await town.store.write(tx => suppress(tx, 'bounced@acme.test', 'A mail to it came back.', 'bounce'))
    await town.store.write(tx => ban(tx, { address: '*@spam.test', reason: 'Spam.', by: town.ann }))
    await town.store.write(tx =>
      tx.q
        .insertInto('unsubscriptions')
        .values({
          address: 'gone@acme.test',
          kind: 'news',
          reason: 'By the link.',
          source: 'link',
          chat_id: null,
          created_at: 1,
        })
        .execute(),
    )
    const id = await town.draft(
      'jane@acme.test, open@acme.test; bounced@acme.test\nx@spam.test\ngone@acme.test\njane@acme.test\nnonsense\nsupport@tulip.test',
    )
    expect((await town.recipients(id)).map(r => r.block)).toEqual([
      null,
      'open_ticket',
      'suppressed',
      'suppressed',
      'unsubscribed',
      'duplicate',
      'bad_address',
      'ours',
    ])
    const run = await dryRun(town.store, id)
    expect(run).toMatchObject({ total: 8, willGet: 1 })
    expect(run.blocks[0]).toEqual({ block: 'suppressed', label: 'must not be written to', count: 2 })
    const csv = await whole(recipientsCsv(town.store, id, 'blocked'))
    expect(csv.trim().split('\n')).toHaveLength(8)
    expect(csv).toContain('6,jane@acme.test,,blocked,This address stands in line 1 already.')
  })

  it('blocks whom a variable without a default is missing for, by its name', async () => {
    const id = await town.draft('Jane Doe <jane@acme.test>, bob@globex.test', {
      body: fromText('Dear {{ customer.first_name }},'),
    })
    const [, bob] = await town.recipients(id)
    const reason = 'customer.first_name is missing, and no default is given for it.'
    expect(bob).toMatchObject({ block: 'missing_variable', reason })
    const { blocks } = await town.store.read(q => dryRunOf(q, id))
    expect(blocks).toEqual([{ block: 'missing_variable', label: reason, count: 1 }])
  })

  it('names the variables that most are without, and counts the rest together', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const header = `email,${names.join(',')}`
    const rows = names.map((name, i) => `${name}@acme.test,${names.map((_, j) => (j < i ? 'x' : '')).join(',')}`)
    const body = fromText(names.map(name => `{{ row.${name} }}`).join(' '))
    const id = await fromCsv([header, ...rows, 'h@acme.test', 'i@acme.test'].join('\n'), { body })
    const { blocks } = await town.store.read(q => dryRunOf(q, id))
    expect(blocks[0]).toMatchObject({ label: expect.stringContaining('row.a is missing'), count: 3 })
    expect(blocks.map(b => b.count)).toEqual([3, 2, 1, 1, 1, 1])
    expect(blocks).toContainEqual({ block: 'missing_variable', label: 'a variable is missing', count: 2 })
  })

  it('lets a lead switch what it leaves out', async () => {
    await town.open({ customer: { typed: 'open@acme.test' } })
    const exclusions = { ...USUAL_EXCLUSIONS, openTicket: false, duplicate: false, writtenToDays: null }
    const id = await town.draft('open@acme.test, open@acme.test', { exclusions })
    expect((await dryRun(town.store, id)).willGet).toBe(2)
  })

  it('knows who was written to lately, in a ticket too', async () => {
    const ticket = await town.open({ customer: { typed: 'jane@acme.test' } })
    town.clock.now += 60_000
    await town.carry()
    await town.carry()
    const exclusions = { ...USUAL_EXCLUSIONS, openTicket: false }
    const id = await town.draft('jane@acme.test', { exclusions })
    expect((await town.recipients(id))[0]).toMatchObject({
      block: 'written_to',
      reason: `They were written to on 2026-01-05, in ${ticket.identifier}.`,
    })
  })

  it('shows the mail that each would get', async () => {
    const id = await town.draft('Jane Doe <jane@acme.test>, bob@globex.test')
    const [jane] = await town.store.read(q => findRecipients(q, id, 'jane', 5))
    const preview = await town.store.read(q => previewFor(q, id, jane?.id ?? ''))
    expect(preview).toMatchObject({ to: 'Jane Doe <jane@acme.test>', subject: 'News for you', problem: null })
    expect(plainText(preview.body)).toBe('Hello Jane, we have news.')
  })

  it('can be asked about who gets nothing, too, after those who get it', async () => {
    const id = await town.draft('nonsense, Bob <bob@globex.test>, bob@globex.test')
    const found = await town.store.read(q => findRecipients(q, id, '', 5))
    expect(found.map(r => [r.address, r.state])).toEqual([
      ['bob@globex.test', 'queued'],
      ['nonsense', 'blocked'],
      ['bob@globex.test', 'blocked'],
    ])
    const preview = await town.store.read(q => previewFor(q, id, found[2]?.id ?? ''))
    expect(preview.problem).toBe('This address stands in line 2 already.')
    expect(await town.store.read(q => findRecipients(q, id, 'bob', 1))).toHaveLength(1)
  })
})

describe('the list of a chat', () => {
  it('is a CSV whose further columns are variables', async () => {
    const id = await fromCsv(
      '\ufeffName;E-Mail;Company;Renewal Date\r\nJane Doe;Jane@Acme.test;Acme;1 May\r\nBob;bob@globex.test;;\r\n',
      { subject: 'Your plan', body: fromText('{{ customer.company | default: "Your firm" }}: {{ row.renewal_date }}') },
    )
    const [jane, bob] = await town.recipients(id)
    expect(jane).toMatchObject({ address: 'jane@acme.test', name: 'Jane Doe', block: null })
    expect(bob?.block).toBe('missing_variable')
    const preview = await town.store.read(q => previewFor(q, id, jane?.id ?? ''))
    expect(plainText(preview.body)).toBe('Acme: 1 May')
  })

  it('is refused in plain words when it names no addresses, is empty or is no CSV', async () => {
    await expect(fromCsv('name,phone\nJane,1\n')).rejects.toThrow('one of them must be called address or email')
    await expect(fromCsv('email\n')).rejects.toThrow('no rows')
    await expect(fromCsv('')).rejects.toThrow('no rows')
    await expect(fromCsv('email,name\n"jane@acme.test')).rejects.toThrow('cannot be read as CSV')
  })

  it('that breaks off names nobody: half of a list is not mistaken for the whole', async () => {
    const id = await town.draft('', { audience: { kind: 'file', name: 'list.csv' } })
    const rows = Array.from({ length: 600 }, (_, i) => `c${i}@acme.test`)
    const csv = ['email', ...rows, '"eve@acme.test'].join('\n')
    await expect(fillFromCsv(town.store, id, Readable.from([csv]))).rejects.toThrow('cannot be read as CSV')
    expect(await town.recipients(id)).toEqual([])
  })

  it('drops no row, however many and however odd they are', async () => {
    const rows = Array.from({ length: 1_203 }, (_, i) => `c${i}@acme.test,"Doe, ${i}"`)
    const id = await fromCsv(['email,name', ...rows, ',nobody', 'x'.repeat(500)].join('\n'))
    const list = await town.recipients(id)
    expect(list).toHaveLength(1_205)
    expect(list.map(r => r.line)).toEqual(Array.from({ length: 1_205 }, (_, i) => i + 1))
    expect(list[7]).toMatchObject({ address: 'c7@acme.test', name: 'Doe, 7' })
    expect((await dryRun(town.store, id)).willGet).toBe(1_203)
  })

  it('cannot smuggle a formula into a spreadsheet', async () => {
    const id = await town.draft('"=cmd|calc" <jane@acme.test>, @sum(1)')
    const csv = await whole(recipientsCsv(town.store, id, 'all'))
    expect(csv).not.toMatch(/(^|,)"?[=@]/m)
  })

  it('is a segment, found anew each time it is asked for', async () => {
    for (const typed of ['jane@acme.test', 'bob@acme.test', 'eve@globex.test']) await town.open({ customer: { typed } })
    const filter = { words: 'acme' }
    const segmentId = await town.store.write(tx => saveSegment(tx, { name: 'Acme', filter, agent: town.ann }))
    expect(await town.store.read(q => countSegment(q, filter))).toBe(2)
    const exclusions = { ...USUAL_EXCLUSIONS, openTicket: false, writtenToDays: null }
    const id = await town.draft('', { audience: { kind: 'segment', segmentId }, exclusions })
    expect(await blocks(id)).toEqual({ 'jane@acme.test': null, 'bob@acme.test': null })
  })

  it('may be of customers with a tag and a field', async () => {
    await town.open({ customer: { typed: 'jane@acme.test' } })
    const jane = await town.store.read(q => q.selectFrom('customers').selectAll().executeTakeFirstOrThrow())
    for (const fields of [{ plan: 'Trial', seats: '5' }, { plan: 'Gold' }])
      await town.store.write(tx => learnFacts(tx, jane.id, { tags: ['VIP'], fields }))
    const count = (filter: Parameters<typeof countSegment>[1]) => town.store.read(q => countSegment(q, filter))
    expect(await count({ tags: ['VIP'], fields: [{ name: 'plan', is: 'Gold' }] })).toBe(1)
    expect(await count({ fields: [{ name: 'seats', is: '5' }] })).toBe(1)
    expect(await count({ fields: [{ name: 'plan', is: 'Trial' }] })).toBe(0)
    expect(await count({ tags: ['other'] })).toBe(0)
  })
})

describe('a draft', () => {
  it('is refused with each fault under its field', async () => {
    const faults = await town.store
      .write(tx =>
        checkChat(
          tx,
          {
            teamId: town.team.id,
            senderId: null,
            agentId: town.ann.id,
            subject: '{{ customer.',
            body: fromText('{{ x | nofilter }}'),
            kind: '',
            priority: 'medium',
            audience: { kind: 'typed', text: ' ' },
            exclusions: { ...USUAL_EXCLUSIONS, writtenToDays: -1 },
            files: [],
            dueAt: 1,
            createdBy: town.ann,
          },
          [],
        ),
      )
      .catch(error => error.problems.map((p: { field: string }) => p.field))
    expect(faults).toEqual(['subject', 'message', 'audience', 'when', 'written_to_days'])
  })

  it('is refused when it speaks of what nobody has, even with a default', async () => {
    const body = fromText('Hello {{ first_name | default: "there" }}')
    await expect(town.draft('jane@acme.test', { body })).rejects.toThrow(
      'There is no variable first_name: each begins with customer, row, agent or team, such as customer.first_name.',
    )
    const own = fromText('{% assign who = customer.name %}{% for x in (1..2) %}{{ who }}{{ x }}{% endfor %}')
    await town.draft('jane@acme.test', { body: own })
  })
})
