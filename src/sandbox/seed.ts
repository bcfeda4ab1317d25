import { changeTeam, teams } from '../core/teams.ts'
import type { TeamRow } from '../db/schema.ts'
import { seedFields } from './seed-fields.ts'
import type { World } from './world.ts'

/** A ticket under way, made as people would make it, so that a newcomer sees at once what it is about. */
export async function seed(world: World): Promise<void> {
  const [team] = await world.overture.store.read(teams)
  if (!team) throw new Error('The demo has no team.')
  await withoutHold(world, team, async () => {
    const { slack, mail } = world
    const [ann, ben] = [slack.as('Ann'), slack.as('Ben')]
    const jane = mail.customer('Jane Doe <jane@acme.test>')
    mail.customer('Bob Stone <bob@globex.test>')

    await ann.command('/ticket jane@acme.test', { channel: 'support' })
    await slack.until(() => ann.modals().length > 0)
    await ann.submit({
      subject: 'Your tulip bulbs are delayed',
      message:
        'Hello Jane,\n\nyour order *T-1042* leaves us on _Thursday_ instead of Monday: the frost got into the fields. You may\n• wait for the same bulbs,\n• or have the red ones tomorrow.\n\nWhich would you like?',
      priority: 'high',
    })
    const first = await slack.until(() => jane.inbox[0])
    await jane.reply(first, {
      text: 'Hi Ann,\n\nthank you for telling me early! The red ones tomorrow would be lovely.\n\nJane',
      quote: 'gmail',
    })
    const card = await slack.until(() =>
      slack
        .channel('support')
        .messages()
        .find(m => m.text.includes('SUP-1')),
    )
    await slack.until(() =>
      slack
        .channel('support')
        .thread(card.ts)
        .find(m => m.text.includes('red ones tomorrow')),
    )
    await ben.say({
      channel: 'support',
      thread_ts: card.ts,
      text: 'note: the red ones are in shed 3, I can pack them today',
    })
    await seedFields(world, team)
    await world.overture.inbox.flush()
    await world.overture.outbox.flush()
    for (const who of [ann, ben]) for (const e of who.ephemerals()) who.dismiss(e.id)
  })
}

/** What happened before the visitor came need not be waited for. */
async function withoutHold(world: World, team: TeamRow, work: () => Promise<void>): Promise<void> {
  const hold = (holdMs: number) =>
    world.overture.store.write(tx =>
      changeTeam(tx, team.id, {
        name: team.name,
        prefix: team.prefix,
        place: team.place,
        replyMode: team.reply_mode,
        signature: team.signature,
        holdMs,
      }),
    )
  await hold(0)
  await work()
  await hold(team.hold_ms)
}
