import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fromText } from '../../src/core/document.ts'
import { keepAsNote } from '../../src/core/messages/keep.ts'
import { postMessage } from '../../src/core/messages/post.ts'
import { deedOf, reactionsOf, readReactions, setReactions } from '../../src/core/reactions.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
beforeAll(async () => {
  town = await startTown()
})
afterAll(() => town.close())

const none = { take: '', close: '', note: '', reopen: '', urgent: '' }
const team = () => town.store.read(q => q.selectFrom('teams').selectAll().executeTakeFirstOrThrow())
const ann = () => ({ kind: 'agent' as const, id: town.ann.id, name: 'Ann' })

describe('the emoji of a team', () => {
  it('are eyes, a tick and a lock until the team says otherwise', async () => {
    expect(reactionsOf(await team())).toEqual({
      take: 'eyes',
      close: 'white_check_mark',
      note: 'lock',
      reopen: null,
      urgent: null,
    })
    const chosen = readReactions({ ...none, take: ' :Raised_Hand: ', note: 'shushing_face::skin-tone-3' })
    await town.store.write(tx => setReactions(tx, town.team.id, chosen))
    const changed = await team()
    expect(deedOf(changed, 'raised_hand::skin-tone-2')).toBe('take')
    expect(deedOf(changed, 'shushing_face')).toBe('note')
    expect(deedOf(changed, 'eyes')).toBeUndefined()
    expect(deedOf(changed, 'white_check_mark')).toBeUndefined()
  })

  it('are refused where one is no name, or stands for two things', () => {
    const faults = (typed: object) => {
      try {
        readReactions({ ...none, ...typed })
      } catch (error) {
        return (error as { problems: { field: string; message: string }[] }).problems.map(p => [p.field, p.message])
      }
      return []
    }
    expect(faults({ take: '👀', close: 'two words', note: ':eyes:', urgent: 'eyes' })).toEqual([
      ['take', 'Write the name of one emoji, such as :eyes:.'],
      ['close', 'Write the name of one emoji, such as :eyes:.'],
      ['urgent', ':eyes: is used above already.'],
    ])
  })
})

describe('keeping a message as a note', () => {
  const post = (ticketId: string, visibility: 'public' | 'undecided') =>
    town.store.write(tx => postMessage(tx, { ticketId, author: ann(), body: fromText('One more thing.'), visibility }))
  const keep = (id: string) => town.store.write(tx => keepAsNote(tx, id, ann()))

  it('decides what was undecided, takes back what is held, and does each once', async () => {
    const ticket = await town.open()
    const undecided = await post(ticket.id, 'undecided')
    expect([await keep(undecided), await keep(undecided)]).toEqual(['kept', 'was_note'])
    const held = await post(ticket.id, 'public')
    expect([await keep(held), await keep(held)]).toEqual(['taken_back', 'was_note'])
    town.clock.now += 60_000
    await town.carry()
    expect((await town.carry()).filter(l => l.message?.id === held && l.key)).toEqual([])
  })

  it('is refused for what the customer has, and for what they wrote', async () => {
    const ticket = await town.open()
    await town.carry()
    const sent = await post(ticket.id, 'public')
    town.clock.now += 60_000
    await town.carry()
    await town.carry()
    await expect(keep(sent)).rejects.toThrow('Too late to undo')
    await town.arrive({ key: '<a@acme.test>', tokens: [await town.token(ticket.id)] })
    const theirs = (await town.messages(ticket.id)).at(-1)
    await expect(keep(theirs?.id ?? '')).rejects.toThrow('Only what we wrote ourselves')
  })
})
