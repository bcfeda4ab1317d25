import { DateTime } from 'luxon'
import { fillAudience } from '../../core/chats/audience.ts'
import { USUAL_EXCLUSIONS } from '../../core/chats/blocks.ts'
import { startChat } from '../../core/chats/change.ts'
import { chartFinished } from '../../core/chats/chart.ts'
import { createChat } from '../../core/chats/draft.ts'
import { dryRun } from '../../core/chats/dry-run.ts'
import { chatRulesOf, setChatRules } from '../../core/chats/rules.ts'
import { saveSegment } from '../../core/chats/segments.ts'
import { customerFor, learnFacts } from '../../core/customers.ts'
import { fromText } from '../../core/document.ts'
import { listTickets } from '../../core/lists.ts'
import { postMessage } from '../../core/messages/post.ts'
import { closeTicket } from '../../core/tickets/status.ts'
import { readPerson } from '../mail/address.ts'
import { ZONE } from './hours.ts'
import type { Town } from './town.ts'

const FLORISTS = [
  'Alma Weiss <alma@rosenhof.test>',
  'Bram de Wit <bram@dewitbloemen.test>',
  'Clara Nunes <clara@florescerto.test>',
  'Dan Hughes <dan@hughesandpetals.test>',
  'Eva Lindqvist <eva@blomsterlind.test>',
  'Finn Olsen <finn@olsenblomster.test>',
  'Gina Ferri <gina@ferrifiori.test>',
  'Henk Smit <henk@smitplant.test>',
  'Isa Duarte <isa@casaduarte.test>',
  'Joel Martin <joel@martinfleurs.test>',
  'Kate Byrne <kate@byrnegarden.test>',
  'Lars Holm <lars@holmhave.test>',
  'Mila Kovac <mila@kovacflowers.test>',
  'Nils Aas <nils@aashage.test>',
  'Oda Brandt <oda@brandtblumen.test>',
  'Paul Renard <paul@renardvert.test>',
  'Rita Sala <rita@salafiori.test>',
  'Sam Price <sam@pricebouquets.test>',
  'Tess Visser <tess@vissertuin.test>',
  'Ulla Berg <ulla@bergblom.test>',
]

const ANSWERS = [
  'Please reserve sixty red ones for us.',
  'How much are the peonies this year?',
  'Yes please, the same as last spring.',
  'Could you send us the catalogue on paper?',
  'We would like to try the parrot tulips: twenty, please.',
]

/** A chat, now, from Sales to all florists, with what became of it: answers, an absence, a bounce, a farewell. */
export async function seedChat(town: Town): Promise<void> {
  const { world, agents, teams } = town
  const { store } = world.overture
  const segmentId = await town.write(async tx => {
    for (const florist of FLORISTS) {
      const { name, address } = readPerson(florist)
      const { id } = await customerFor(tx, address, name)
      await learnFacts(tx, id, { tags: ['florist'] })
      world.mail.customer(florist)
    }
    await setChatRules(tx, teams.Sales.id, { ...chatRulesOf(teams.Sales), quietHours: null, perSecond: 1_000 })
    return saveSegment(tx, { name: 'Florists', filter: { tags: ['florist'] }, agent: agents.Ben })
  })
  world.mail.customer(FLORISTS[19] as string).does('refuses')
  const { id } = await town.write(tx =>
    createChat(tx, {
      teamId: teams.Sales.id,
      senderId: null,
      agentId: agents.Ben.id,
      subject: 'Our spring catalogue is out',
      body: fromText(
        'Hello {{ customer.first_name }},\n\nour spring catalogue is out: eleven new tulips, and the first peonies.\n\nWhich of them may we reserve for you?',
      ),
      kind: 'Catalogue',
      priority: 'low',
      audience: { kind: 'segment', segmentId },
      exclusions: USUAL_EXCLUSIONS,
      files: [],
      dueAt: null,
      createdBy: agents.Ben,
    }),
  )
  await fillAudience(store, id)
  await dryRun(store, id)
  await town.write(tx => startChat(tx, id, agents.Ben))
  const inboxes = FLORISTS.map(florist => world.mail.customer(florist))
  await world.mail.until(() => inboxes.filter(c => c.inbox.length).length === FLORISTS.length - 1)
  await town.settle()
  await answerIt(town)
  await town.write(tx => setChatRules(tx, teams.Sales.id, { ...chatRulesOf(teams.Sales), capDays: 0 }))
}

/** What became of it over the next day. */
async function answerIt(town: Town): Promise<void> {
  const { world } = town
  const begin = DateTime.fromMillis(world.overture.store.now(), { zone: ZONE })
  const customer = (at: number) => world.mail.customer(FLORISTS[at] as string)
  for (const [at, text] of ANSWERS.entries()) {
    const then = begin.plus({ minutes: 12 + 35 * at * at })
    world.turnTo(then.toMillis())
    const who = customer(3 * at + 1)
    await who.reply(who.latest(), { text: `${text}\n\n${who.name}`, quote: 'gmail' })
    await town.settle()
    world.turnTo(then.plus({ minutes: 1 }).toMillis()) // word of it waits for the card
    await town.settle()
  }
  await customer(2).away(customer(2).latest(), 'I am at the fair until Monday.')
  await customer(5).unsubscribe(customer(5).latest())
  await town.settle()
  world.turnTo(begin.plus({ days: 1, hours: 4 }).toMillis())
  await town.write(chartFinished)
  await town.settle()
  world.turnTo(begin.plus({ days: 1, hours: 5 }).toMillis())
  await thankAll(town)
  await town.settle()
}

/** Ben has what came back, since the chat was his. */
async function thankAll(town: Town): Promise<void> {
  const { overture } = town.world
  const { ids } = await overture.store.read(q => listTickets(q, 'mine', town.agents.Ben.id, ANSWERS.length))
  const body = fromText('Thank you! It is reserved for you, and the offer comes on Monday.')
  for (const ticketId of ids)
    await town.write(async tx => {
      await postMessage(tx, { ticketId, author: town.actor('Ben'), body, visibility: 'public' })
      await closeTicket(tx, ticketId, 'Reserved.', town.actor('Ben'))
    })
}
