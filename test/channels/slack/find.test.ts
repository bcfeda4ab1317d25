import { inflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actorOf, joinTeam, seeAgent } from '../../../src/core/agents.ts'
import { fromText } from '../../../src/core/document.ts'
import { type Grants, grantsOf, setGrants } from '../../../src/core/permissions/grants.ts'
import { assignTicket } from '../../../src/core/tickets/assign.ts'
import { openTicket } from '../../../src/core/tickets/open.ts'
import { markSpam } from '../../../src/core/tickets/status.ts'
import type { AgentRow, TicketRow } from '../../../src/db/schema.ts'
import type { ModalView } from '../../../src/sandbox/slack/types.ts'
import { atDesk, wordsOf } from '../../support/desk.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
let me: AgentRow
beforeAll(async () => {
  world = await startWorld()
  await world.openTicket() // SUP-1, to Jane
  me = await world.overture.store.read(q =>
    q.selectFrom('agents').selectAll().where('handle', '=', world.ann.id).executeTakeFirstOrThrow(),
  )
  const { store } = world.overture
  const team = await store.read(q => q.selectFrom('teams').selectAll().executeTakeFirstOrThrow())
  await store.write(tx => joinTeam(tx, me.id, team.id))
  for (let n = 2; n <= 13; n++)
    await store.write(tx =>
      openTicket(tx, {
        teamId: team.id,
        customer: { typed: `Customer ${n} <c${n}@globex.test>` },
        subject: n === 13 ? `=cmd|' /C calc'!A0 & <!channel> ${'🦊'.repeat(100)}` : `Shipment ${n}`,
        body: fromText(`Parcel number ${n * 1111}.`),
        priority: n === 2 ? 'urgent' : 'medium',
        email: false,
        agent: me,
      }),
    )
  await world.settle()
})
afterAll(() => world.close())

const { modal: top } = atDesk(() => world)
const find = async (typed: string, says: string) => {
  await world.ann.command(`/ticket find ${typed}`, { channel: 'support' })
  return top(says)
}
const { told } = atDesk(() => world)
const press = (actionId: string, entry?: string) => world.ann.click({ view: world.ann.modal().id }, actionId, entry)
/** The identifiers in a list, as they stand. */
const listed = (view: ModalView) =>
  view.blocks
    .filter(b => b.type === 'input' && b.element.type === 'checkboxes' && b.block_id?.startsWith('tickets:'))
    .flatMap(b => b.element.options.map((o: { text: { text: string } }) => o.text.text.match(/SUP-\d+/)?.[0]))
const boxes = (view: ModalView) => view.blocks.find(b => b.block_id?.startsWith('tickets:'))?.block_id as string
const deedOf = (view: ModalView) => view.blocks.find(b => b.block_id?.startsWith('deed:'))?.block_id as string
const rows = (): Promise<TicketRow[]> =>
  world.overture.store.read(q => q.selectFrom('tickets').selectAll().orderBy('number').execute())
const ticket = async (n: number) => (await rows()).find(t => t.number === n) as TicketRow

describe('/ticket find', () => {
  it('shows what is found in lines with a box each: identifier, subject, customer, state and age', async () => {
    const view = await find('jane status:waiting', '1 ticket')
    expect(listed(view)).toEqual(['SUP-1'])
    expect(wordsOf(view)).toContain('SUP-1 · Your order')
    expect(wordsOf(view)).toContain('jane@acme.test, Acme · Waiting · now')
    expect(wordsOf(view)).toContain('🔎 jane status:awaiting_customer')
    expect(listed(await find('<mailto:jane@acme.test|jane@acme.test>', '1 ticket'))).toEqual(['SUP-1'])
    const none = wordsOf(await find('nowhere', 'No ticket is like that.'))
    expect(none).not.toContain('Do with those')
    expect(none).toContain('Words are found whole')
  })

  it('says what it does not know, and what there is', async () => {
    await world.ann.command('/ticket find statsu:open', { channel: 'support' })
    await told('There is no “statsu:”. There is status, priority')
    await world.ann.command('/ticket find assignee:nobody', { channel: 'support' })
    await told('There is no agent “nobody”. There is Ann')
  })

  it('turns pages on and back, of ten, twenty or fifty', async () => {
    const first = await find('by:me', '13 tickets')
    expect(listed(first)).toHaveLength(10)
    expect(listed(first)[0]).toBe('SUP-13')
    expect(wordsOf(first)).not.toContain('Newer')
    await press('find_page:older')
    const second = await top('Newer')
    expect(listed(second)).toEqual(['SUP-3', 'SUP-2', 'SUP-1'])
    await press('find_page:newer')
    await world.slack.until(() => listed(world.ann.modal())[0] === 'SUP-13')
    await press('find_size', '20')
    await world.slack.until(() => listed(world.ann.modal()).length === 13)
    expect(wordsOf(world.ann.modal())).toContain('🔴 SUP-2')
  })

  it('opens a ticket over the list', async () => {
    await find('jane', '1 ticket')
    await press('find_open', 'SUP-1')
    await top('SUP-1')
    await world.slack.until(() => world.ann.modals().length === 2)
    await world.ann.close()
    expect(listed(world.ann.modal())).toEqual(['SUP-1'])
  })
})

describe('Find in App Home', () => {
  it('opens a form with all filters, shows what is found in its place, and changes what is looked for', async () => {
    await world.ann.openHome()
    const home = await world.slack.until(() => world.ann.home())
    await world.ann.click({ view: home.id }, 'find_tickets')
    const form = await top('Find tickets')
    expect(form.blocks.map(b => b.block_id)).toEqual([
      ...['text', 'status', 'priority', 'assignee', 'team', 'tag', 'group', 'more_field:0', 'by', 'channel', 'source'],
      ...['created', 'created_from', 'created_to', 'updated', 'updated_from', 'updated_to'],
      ...['answered', 'answered_from', 'answered_to', 'away'],
    ])
    const offered = await world.ann.suggest({ view: form.id }, 'assignee', '')
    expect(offered.options.map(o => o.text.text)).toEqual(['Me', 'None', 'Ann'])
    const wrong = await world.ann.submit({ text: 'colour:red' })
    expect(wrong.errors.text).toContain('There is no “colour:”.')
    const late = await world.ann.submit({ text: 'shipment', created_from: '2026-01-02', created_to: '2026-01-01' })
    expect(late.errors).toEqual({ created_to: 'This day is before the first.' })
    await world.ann.submit({
      created_from: null,
      created_to: null,
      created: '1d',
      status: ['internal'],
      assignee: ['None'],
      by: ['Me'],
      channel: ['none'],
      answered: 'Never',
    })
    const found = await top('11 tickets')
    expect(wordsOf(found)).toContain(
      'shipment status:internal assignee:none by:me channel:none created:1d answered:none',
    )
    await press('find_change')
    const again = await top('Find tickets')
    expect(again.values.text).toMatchObject({ value: { value: 'shipment' } })
    await world.ann.submit({ priority: ['urgent'] })
    await world.slack.until(() => world.ann.modals().length === 1 && listed(world.ann.modal()).join() === 'SUP-2')
  })

  it('has a button for each view that somebody keeps, which is renamed and removed', async () => {
    await find('priority:urgent', '1 ticket')
    await press('find_save')
    await top('Save as a view')
    expect((await world.ann.submit({ name: ' ' })).errors).toEqual({ name: 'Give the view a name.' })
    expect((await world.ann.submit({ name: 'Burning', team: 'Support' }, { twice: true })).again).toEqual({})
    await top('Burning')
    await world.slack.until(() => wordsOf(world.ann.home()).includes('🔎 Burning'))
    const saved = await world.overture.store.read(q => q.selectFrom('saved_finds').selectAll().execute())
    expect(saved).toHaveLength(1)
    const id = saved[0]?.id
    await world.ann.close()
    await world.ann.click({ view: world.ann.home()?.id as string }, `saved_open:${id}`)
    expect(listed(await top('1 ticket'))).toEqual(['SUP-2'])
    await press('saved_rename')
    await top('Rename the view')
    await world.ann.submit({ name: 'On fire' })
    await top('On fire')
    await world.slack.until(() => wordsOf(world.ann.home()).includes('🔎 On fire'))
    await press('saved_remove')
    await world.slack.until(() => !wordsOf(world.ann.home()).includes('🔎 On fire'))
    await world.slack.until(() => world.ann.modal().title === 'Find')
  })
})

describe('many tickets at once', () => {
  const choose = async (view: ModalView, deed: string, tick: string[] | null) => {
    if (tick === null)
      await world.ann.choose(view.blocks.find(b => b.block_id?.startsWith('all:'))?.block_id as string, ['all'])
    else if (tick.length) await world.ann.choose(boxes(view), tick)
    return world.ann.submit({ [deedOf(view)]: deed })
  }

  it('are ticked; what is missing is said under its field', async () => {
    const view = await find('shipment', '11 tickets')
    expect(Object.values((await world.ann.submit()).errors)).toEqual(['Choose what is to be done.'])
    expect(Object.values((await choose(view, 'Close…', [])).errors)).toEqual(['Tick the tickets that are meant.'])
  })

  it('are assigned after a form that states the count, once however often it is submitted', async () => {
    const view = await find('shipment', '11 tickets')
    await choose(view, 'Assign…', ['SUP-12', 'SUP-11'])
    const form = await top('Assign 2 tickets')
    expect(form.submit).toBe('Assign 2')
    expect((await world.ann.submit()).errors).toEqual({ assignee: 'Choose who takes them, or nobody.' })
    await world.ann.submit({ assignee: 'Ben' }, { twice: true })
    await top('Assigned: 2 tickets.')
    expect((await ticket(12)).assignee_id).toBe((await ticket(11)).assignee_id)
    const events = await world.overture.store.read(q =>
      q.selectFrom('events').selectAll().where('kind', '=', 'ticket_assigned').execute(),
    )
    expect(events).toHaveLength(2)
    await world.ann.close()
    const list = await top('Ben')
    expect(list.values[boxes(list)]?.value).toMatchObject({ selected_options: [] })
  })

  it('are closed, and those that are closed already are named', async () => {
    await choose(await find('shipment', '11 tickets'), 'Close…', ['SUP-12'])
    await top('Close 1 ticket')
    await world.ann.submit({ reason: 'Solved' })
    await top('Closed: 1 ticket.')
    await choose(await find('shipment', '11 tickets'), 'Close…', ['SUP-12', 'SUP-10'])
    await top('Close 2 tickets')
    await world.ann.submit()
    const result = await top('Closed: 1 ticket. Skipped: 1.')
    expect(wordsOf(result)).toContain('SUP-12: It is closed already.')
    expect(await ticket(12)).toMatchObject({ status: 'closed', close_reason: 'Solved' })
    await world.settle()
  })

  it('are tagged, with a tag that is made by typing it, and found by it', async () => {
    await choose(await find('shipment', '11 tickets'), 'Tag…', ['SUP-11', 'SUP-10'])
    await top('Tag 2 tickets')
    expect((await world.ann.submit()).errors).toEqual({ tags: 'Choose at least one tag.' })
    await world.ann.submit({ tags: ['Late parcels'] })
    await top('Tagged: 2 tickets.')
    expect(listed(await find('tag:"late parcels"', '2 tickets'))).toEqual(['SUP-11', 'SUP-10'])
    await press('find_change')
    const form = await top('Find tickets')
    const offered = await world.ann.suggest({ view: form.id }, 'tag', 'late')
    expect(offered.options.map(o => o.text.text)).toEqual(['Late parcels'])
    await world.ann.submit({ tag: ['None'], text: 'shipment' })
    await world.slack.until(() => world.ann.modals().length === 1 && listed(world.ann.modal()).length === 9)
  })

  it('are all that match, not only those on the page', async () => {
    const view = await find('shipment status:internal', '9 tickets')
    await press('find_size', '10')
    expect(wordsOf(view)).not.toContain('that match') // the page shows all of them
    const all = await find('by:me', '13 tickets')
    expect(wordsOf(all)).toContain('All 13 that match')
    await choose(all, 'Archive…', null)
    expect((await top('Archive 13 tickets')).submit).toBe('Archive 13')
    await world.ann.close({ all: true })
    await choose(await find('by:me -jane', '12 tickets'), 'Change the status…', null)
    await top('Change 12 tickets')
    await world.ann.submit({ status: 'In progress' })
    const result = await top('Changed: 12 tickets.')
    expect(wordsOf(result)).not.toContain('Skipped')
    expect((await rows()).filter(t => t.status === 'in_progress')).toHaveLength(12)
  })

  it('are told of in a direct message when the form was closed before', async () => {
    await choose(await find('shipment', '11 tickets'), 'Change the status…', ['SUP-3'])
    await top('Change 1 ticket')
    // for good: the list before may still be drawn anew, and take the fault that was meant for the form
    world.slack.faults.next('views.update', { kind: 'error', error: 'not_found' }, Number.POSITIVE_INFINITY)
    await world.ann.submit({ status: 'New reply' })
    await world.slack.until(() =>
      world.slack
        .direct('Ann')
        .messages()
        .some(m => m.text === 'Changed: 1 ticket.'),
    )
    world.slack.faults.clear()
    expect((await ticket(3)).status).toBe('open')
  })

  it('are deleted after a warning with the count; a line stands in place of each card', async () => {
    const cardOf = (identifier: string) =>
      world.slack
        .channel('support')
        .messages()
        .find(m => wordsOf(m).includes(`${identifier} · `))
    const card = await world.slack.until(() => cardOf('SUP-3')) // Slack takes one a second
    await choose(await find('shipment', '11 tickets'), 'Delete…', ['SUP-4', 'SUP-3'])
    const form = await top('Delete 2 tickets')
    expect(wordsOf(form)).toContain('⚠️ Delete 2 tickets? Nobody finds or opens them any more')
    await world.ann.submit()
    await top('Deleted: 2 tickets.')
    await world.settle()
    await world.slack.until(() => wordsOf(world.card(card.ts)).includes('🗑️ SUP-3 was deleted'))
    await find('shipment', '9 tickets')
    await world.ann.command('/ticket SUP-3', { channel: 'support' })
    await told('There is no ticket SUP-3.')
  })
})

describe('an export', () => {
  const files = () =>
    world.slack
      .direct('Ann')
      .messages()
      .flatMap(m => (m.files ?? []).map(f => ({ ...f, text: m.text })))
  const bytesOf = (id: string) => world.slack.file(id)?.bytes ?? Buffer.alloc(0)
  const given = async (name: RegExp) => {
    const file = await world.slack.until(() => files().find(f => name.test(f.name)))
    return { ...file, bytes: bytesOf(file.id) }
  }

  it('is a CSV for the asker alone, in which no cell is a formula', async () => {
    await world.ann.command('/outreach export csv by:me', { channel: 'support' })
    await told('The file is being made.')
    const { bytes, text } = await given(/^tickets-.*\.csv$/)
    const lines = bytes.toString('utf8').trim().split('\n')
    expect(lines[0]).toContain('identifier,subject,status,priority,team,assignee,customer,address')
    expect(lines[1]).toContain("SUP-13,'=cmd|")
    expect(lines.at(-1)).toContain(
      'SUP-1,Your order,awaiting_customer,medium,Support,,jane@acme.test,jane@acme.test,Acme,Ann',
    )
    expect(text).toContain('Export: by:me')
  })

  it('is a JSON with all that was said', async () => {
    await world.ann.command('/outreach export json jane', { channel: 'support' })
    const { bytes } = await given(/\.json$/)
    expect(JSON.parse(bytes.toString('utf8'))).toMatchObject([
      {
        identifier: 'SUP-1',
        messages: [{ by: 'Ann', visibility: 'public', text: 'Hello Jane, your order is ready.' }],
      },
    ])
  })

  it('is a zip of the mails, as they came and as they went, of those that are ticked', async () => {
    await world.jane.reply(await world.slack.until(() => world.jane.inbox[0]), 'It is not ready at all.')
    await world.settle()
    await world.slack.until(async () => (await ticket(1)).answered_at !== null)
    const view = await find('jane', '1 ticket')
    await world.ann.choose(boxes(view), ['SUP-1'])
    await world.ann.submit({ [deedOf(view)]: 'Export the mails (zip)' })
    await top('The file is being made.')
    const { bytes } = await given(/\.zip$/)
    const mails = unzipped(bytes)
    expect([...mails.keys()]).toEqual([
      expect.stringMatching(/^SUP-1\/\S+ from Ann\.eml$/),
      expect.stringMatching(/^SUP-1\/\S+ from jane@acme\.test\.eml$/),
    ])
    const [ours, theirs] = [...mails.values()] as [string, string]
    expect(ours).toContain('To: Jane Doe <jane@acme.test>')
    expect(ours).toContain('Message-ID: <')
    expect(theirs).toContain('It is not ready at all.')
    expect(theirs).toMatch(/^In-Reply-To: /im)
  })

  it('says when there is nothing, or what is not known, and when Slack refuses the file', async () => {
    await world.ann.command('/outreach export csv nowhere', { channel: 'support' })
    await told('No ticket is like that, so there is nothing to export.')
    await world.ann.command('/outreach export csv colour:red', { channel: 'support' })
    await told('There is no “colour:”.')
    world.slack.faults.next('files.getUploadURLExternal', { kind: 'error', error: 'file_upload_size_restricted' })
    await world.ann.command('/outreach export csv jane', { channel: 'support' })
    await world.slack.until(() =>
      world.slack
        .direct('Ann')
        .messages()
        .some(m => wordsOf(m).includes('Slack refused a file of')),
    )
  })

  it('has only what the asker may take away, and says whom to ask when that is nothing', async () => {
    const { store } = world.overture
    const ben = await store.write(tx => seeAgent(tx, { handle: world.ben.id, name: 'Ben', email: null }))
    const usual = await store.read(grantsOf)
    const grant = (more: Partial<Grants>) =>
      store.write(tx => setGrants(tx, 'agent', { ...usual.agent, ...more }, { id: me.id }))
    const said = (text: string) => world.slack.until(() => world.ben.ephemerals().some(e => wordsOf(e).includes(text)))
    await grant({ export: 'none' })
    await world.ben.command('/outreach export csv jane', { channel: 'support' })
    await said('You may not export these tickets.')
    await grant({ export: 'own' })
    const t = await ticket(1)
    await store.write(tx => assignTicket(tx, t.id, ben.id, actorOf(me)))
    await world.ben.command('/outreach export csv', { channel: 'support' })
    const sent = await world.slack.until(() =>
      world.slack
        .direct('Ben')
        .messages()
        .find(m => m.files?.length),
    )
    expect(sent.text).toContain('(those that you may export)')
    const lines = bytesOf(sent.files?.[0]?.id as string)
      .toString('utf8')
      .trim()
      .split('\n')
    expect(lines.slice(1).map(l => l.split(',')[0])).toEqual(['SUP-12', 'SUP-11', 'SUP-1'])
    await grant({ export: 'all', download: 'none' })
    const before = world.ben.ephemerals().length
    await world.ben.command('/outreach export eml jane', { channel: 'support' })
    await world.slack.until(() => world.ben.ephemerals().length > before)
    expect(wordsOf(world.ben.ephemerals().at(-1))).toContain('You may not export these tickets.')
    await grant({})
  })

  it('leaves out what was put away, unless it is asked for', async () => {
    const t = await ticket(5)
    await world.overture.store.write(tx => markSpam(tx, t.id, actorOf(me)))
    const exported = async (words: string) => {
      const before = files().length
      await world.ann.command(`/outreach export ${words}`, { channel: 'support' })
      await world.slack.until(() => files().length > before)
      const csv = bytesOf(files().at(-1)?.id as string).toString('utf8')
      const lines = csv.trim().split('\n').slice(1)
      return lines.map(l => l.split(',')[0])
    }
    expect(await exported('is:spam')).toEqual(['SUP-5'])
    expect(await exported('shipment')).toEqual(expect.not.arrayContaining(['SUP-5']))
  })
})

/** The files of a zip, by its central directory. */
function unzipped(zip: Buffer): Map<string, string> {
  const found = new Map<string, string>()
  const end = zip.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'))
  let at = zip.readUInt32LE(end + 16)
  for (let n = zip.readUInt16LE(end + 10); n > 0; n--) {
    const [size, name, extra, comment] = [
      zip.readUInt32LE(at + 20),
      zip.readUInt16LE(at + 28),
      zip.readUInt16LE(at + 30),
      zip.readUInt16LE(at + 32),
    ]
    const from = zip.readUInt32LE(at + 42)
    const body = from + 30 + zip.readUInt16LE(from + 26) + zip.readUInt16LE(from + 28)
    found.set(
      zip.toString('utf8', at + 46, at + 46 + name),
      inflateRawSync(zip.subarray(body, body + size)).toString('utf8'),
    )
    at += 46 + name + extra + comment
  }
  return found
}
