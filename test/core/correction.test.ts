import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { fromText, plainText } from '../../src/core/document.ts'
import { correctionOf } from '../../src/core/messages/correction.ts'
import { editMessage, sendCorrection } from '../../src/core/messages/edit.ts'
import type { TicketRow } from '../../src/db/schema.ts'
import { startTown, type Town } from '../support/town.ts'

const between = (old: string, now: string) => plainText(correctionOf(fromText(old), fromText(now)))

describe('a correction', () => {
  it('quotes what was wrong and says what is right, without what stays as it was', () => {
    expect(between('Hello Jane,\n\nit costs 10.\n\nAnn', 'Hello Jane,\n\nit costs 100.\n\nAnn')).toBe(
      'A correction to my earlier message. It said:\n\n> it costs 10.\n\nIt should say:\n\nit costs 100.',
    )
  })

  it('says what was left out, and what is to be disregarded', () => {
    expect(between('One.', 'One.\n\nTwo.')).toBe('An addition to my earlier message:\n\nTwo.')
    expect(between('One.\n\nTwo.', 'One.')).toBe(
      'A correction to my earlier message. Please disregard this part:\n\n> Two.',
    )
  })

  it('says it in full where most of it is new', () => {
    expect(between('1\n\n2\n\n3\n\n4', '5\n\n6')).toBe(
      'A correction to my earlier message. It should say in full:\n\n5\n\n6',
    )
  })
})

describe('the correction of a mail that is out', () => {
  let town: Town
  let ticket: TicketRow
  beforeEach(async () => {
    town = await startTown()
    ticket = await town.open({ body: fromText('Ten.') })
  })
  afterEach(() => town.close())

  const ann = () => actorOf(town.ann)
  const edit = async (text: string) => {
    const { opening } = await town.view(ticket.id)
    town.clock.now += 60_000
    return town.store.write(tx => editMessage(tx, opening?.id ?? '', fromText(text), ann()))
  }
  const correct = async () => {
    const { opening } = await town.view(ticket.id)
    town.clock.now += 60_000
    await town.store.write(tx => sendCorrection(tx, opening?.id ?? '', ann()))
    return (await town.messages(ticket.id)).filter(m => m.text.includes('correction')).map(m => m.text)
  }

  it('is against the text that was mailed, then against what the last one told; twice the same is one', async () => {
    expect(await edit('Eleven.')).toBe('held') // it goes out so
    town.clock.now += 60_000
    await town.carry()
    await edit('Twelve.')
    expect(await edit('Thirteen.')).toBe('out')
    expect((await correct()).at(-1)).toMatch(/> Eleven\..*Thirteen\.$/s)
    expect(await correct()).toHaveLength(1)
    await edit('Fourteen.')
    expect((await correct()).at(-1)).toMatch(/> Thirteen\..*Fourteen\.$/s)
  })

  it('is refused where the customer has what it says', async () => {
    town.clock.now += 60_000
    await town.carry()
    await expect(correct()).rejects.toThrow('nothing to correct')
    for (const text of ['Eleven.', 'Ten.']) await edit(text)
    await expect(correct()).rejects.toThrow('nothing to correct')
  })
})
