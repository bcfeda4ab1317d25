import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { autoCloseOf, setAutoClose } from '../../../src/core/auto-close/settings.ts'
import { tendSilences } from '../../../src/core/auto-close/tend.ts'
import { queueDeskPost } from '../../../src/core/desk-posts.ts'
import { hoursOf, ownHoursOf } from '../../../src/core/hours/settings.ts'
import { policiesOf } from '../../../src/core/sla/policies.ts'
import { tendClocks } from '../../../src/core/sla/tend.ts'
import { digestOf, sendDigests } from '../../../src/core/stats/digest.ts'
import { teams } from '../../../src/core/teams.ts'
import { atDesk, wordsOf } from '../../support/desk.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

const team = async () => (await world.overture.store.read(teams))[0]!
const openPage = async () => {
  await world.ann.openHome()
  const home = await world.slack.until(() => world.ann.home())
  await world.ann.click({ view: home.id }, 'home_tab:setup')
  await world.slack.until(() => wordsOf(world.ann.home()).includes('Add a team'))
  await world.ann.click({ view: home.id }, 'hours_page')
  return modal('When Support works')
}
const { cardSays, modal, press } = atDesk(() => world)
const always = Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map(day => [`day:${day}`, '00:00-24:00']))

describe("a team's hours and promises in Set-up", () => {
  it('has working hours and holidays as people type them, each fault under its field', async () => {
    await openPage()
    await press('edit_hours')
    await modal('Time zone')
    const wrong = await world.ann.submit({
      zone: 'Berlin',
      'day:1': '22:00-6:00',
      'day:2': 'always',
      holidays: '31-02',
    })
    expect(Object.keys(wrong.errors).toSorted()).toEqual(['day:1', 'day:2', 'holidays', 'zone'])
    await world.ann.submit({
      zone: 'Europe/Berlin',
      'day:1': '9-12:30, 13:00 – 17:00',
      'day:2': null,
      holidays: '25.12. Christmas\n6-4-2026',
    })
    await modal('Mon 09:00-12:30, 13:00-17:00')
    const hours = hoursOf(await team())
    expect(hours.week.slice(0, 2)).toEqual([
      [
        { from: '09:00', to: '12:30' },
        { from: '13:00', to: '17:00' },
      ],
      [],
    ])
    expect(hours.holidays).toEqual([
      { on: '25-12', name: 'Christmas' },
      { on: '06-04-2026', name: '' },
    ])
    await press('edit_hours')
    await modal('Time zone')
    await world.ann.submit({ ...always, holidays: null })
    await modal('Mon 00:00-24:00')
  })

  it('has promises that are added, changed, moved and deleted', async () => {
    await press('add_policy')
    await modal('New promise')
    const wrong = await world.ann.submit({
      name: 'Urgent',
      next_response: 'soon',
      'condition:1': 'urgent',
      'what:1': 'field.is',
    })
    expect(Object.keys(wrong.errors).toSorted()).toEqual(['condition:1', 'next_response'])
    await press('add_policy_condition')
    await modal('Condition 2')
    await world.ann.submit({ next_response: '1h 30m', 'what:1': 'priority.is' })
    await modal('→ next response in 1 h 30 min')
    await press('add_policy')
    await modal('New promise')
    await world.ann.submit({ name: 'All others', next_response: '4h', resolution: '40h' }, { twice: true })
    await modal('2. All others: every ticket → next response in 4 h, resolution in 40 h')
    const policies = async () => world.overture.store.read(async q => policiesOf(q, (await teams(q))[0]!.id))
    expect(await policies()).toHaveLength(2)
    await press('move_policy_up', (await policies())[1]!.id)
    await modal('1. All others')
    await press('move_policy_up', (await policies())[1]!.id)
    await modal('1. Urgent')
    await press('edit_policy', (await policies())[0]!.id)
    expect((await modal('Next response within')).values.next_response).toMatchObject({ value: { value: '1h 30m' } })
    await world.ann.submit({ next_response: '2h' })
    await modal('next response in 2 h')
    await press('remove_policy', (await policies())[0]!.id)
    await modal('1. All others')
    expect(await policies()).toHaveLength(1)
  })

  it('says what becomes of silent tickets, and when the week is told', async () => {
    await press('edit_auto_close')
    await modal('Silent tickets')
    const wrong = await world.ann.submit({
      nudgeDays: '5',
      closeDays: '4',
      reminder: 'Hello {{ customer.',
      remindDays: '6',
    })
    expect(Object.keys(wrong.errors).toSorted()).toEqual(['closeDays', 'reminder'])
    await world.ann.submit({ closeDays: '10', reminder: 'Hello {{ customer.first_name }}', except: ['urgent', 'high'] })
    await modal('it is closed after 10 working days; not for priority')
    expect(autoCloseOf(await team())).toMatchObject({ nudgeDays: 5, remindDays: 6, closeDays: 10 })
    await press('edit_digest')
    await modal('Tell the week in the channel')
    expect((await world.ann.submit({ on: ['yes'], time: '25' })).errors.time).toBe('A time looks like 09:00.')
    await world.ann.submit({ on: ['yes'], weekday: '5', time: '8:30' })
    await modal('Friday, 08:30')
    expect(digestOf(await team())).toEqual({ weekday: 5, time: '08:30' })
    await world.ann.close()
  })

  it('may be others for an agent, who leaves them empty again', async () => {
    const mine = async () =>
      ownHoursOf(
        await world.overture.store.read(q =>
          q.selectFrom('agents').selectAll().where('name', '=', 'Ann').executeTakeFirstOrThrow(),
        ),
      )
    const home = world.ann.home()!
    await world.ann.click({ view: home.id }, 'edit_agent')
    await modal('Name that customers see')
    await press('edit_own_hours')
    await modal('When you work')
    await world.ann.submit({ zone: 'Asia/Kolkata', 'day:1': '10-18' })
    await modal('Name that customers see')
    expect(await mine()).toMatchObject({ zone: 'Asia/Kolkata' })
    await press('edit_own_hours')
    await modal('When you work')
    await world.ann.submit({ zone: null, 'day:1': null })
    await modal('Name that customers see')
    expect(await mine()).toBeNull()
    await world.ann.close()
  })
})

describe('a promise on a ticket', () => {
  it('is on the card, warns in the thread, and is told to the channel and to the assignee when it is broken, once', async () => {
    const { ann, jane, overture, slack } = world
    const card = await world.openTicket()
    expect(wordsOf(world.card(card.ts))).not.toContain('due')
    const mail = await slack.until(() => jane.inbox.find(m => m.subject.includes('Your order')))
    await jane.reply(mail, { text: 'Which order do you mean?' })
    await cardSays(card, '⏱️ Next response due <!date^')
    await ann.click({ message: { channel: slack.channel('support').id, ts: card.ts } }, 'take')
    await cardSays(card, `Assigned to <@${ann.id}>`)
    const { store } = overture
    const lookIn = (ms: number) =>
      store.write(async tx => {
        await tx.q
          .updateTable('sla_clocks')
          .set({ spent_ms: 4 * 3_600_000 - ms, look_at: tx.now })
          .where('metric', '=', 'next_response')
          .execute()
        await tendClocks(tx)
      })
    await lookIn(3_000_000)
    await cardSays(card, '🟠 Next response due <!date^')
    await slack.until(() => world.thread(card.ts).some(m => m.text.includes('a quarter of the working time is left')))
    await lookIn(-60_000)
    for (let n = 0; n < 2; n++) await store.write(tendClocks)
    await cardSays(card, '🔴 *Overdue*: next response was due <!date^')
    const told = await slack.until(() =>
      slack
        .channel('support')
        .messages()
        .find(m => m.text.includes('Overdue SUP-1')),
    )
    expect(JSON.stringify(told.blocks)).toContain('"url"')
    await slack.until(() =>
      slack
        .direct('Ann')
        .messages()
        .some(m => m.text.includes('Overdue SUP-1')),
    )
    await world.settle()
    expect(
      slack
        .channel('support')
        .messages()
        .filter(m => m.text.includes('Overdue SUP-1')),
    ).toHaveLength(1)
    expect(
      slack
        .direct('Ann')
        .messages()
        .filter(m => m.text.includes('Overdue SUP-1')),
    ).toHaveLength(1)
  })

  it('is told to nobody twice when Slack took it and its answer was lost', async () => {
    const { slack, overture } = world
    const id = (await team()).id
    const ann = await overture.store.read(q =>
      q.selectFrom('agents').selectAll().where('name', '=', 'Ann').executeTakeFirstOrThrow(),
    )
    const places = [
      { key: 'lost', to: { teamId: id }, place: slack.channel('support') },
      { key: 'lost-alone', to: { agentId: ann.id }, place: slack.direct('Ann') },
    ]
    for (const { key, to, place } of places) {
      slack.faults.next('chat.postMessage', { kind: 'drop_response' })
      await overture.store.write(async tx => {
        for (const _ of [1, 2]) await queueDeskPost(tx, { ...to, key, kind: 'word', text: 'A word of ours' })
      })
      const said = await slack.until(() =>
        overture.store.read(q =>
          q
            .selectFrom('desk_posts')
            .selectAll()
            .where('key', '=', key)
            .where('external_id', 'is not', null)
            .executeTakeFirst(),
        ),
      )
      expect(place.messages().filter(m => m.text === 'A word of ours')).toHaveLength(1)
      expect(said).toMatchObject({ text: '', due_at: null, attempts: 2 })
    }
  })
})

describe('a silent ticket', () => {
  it('has its customer reminded by a mail that says it is automatic, and is closed in the end', async () => {
    const { jane, overture, slack } = world
    const card = await world.openTicket({ subject: 'Your tulips' })
    await slack.until(() => jane.inbox.some(m => m.subject.includes('Your tulips')))
    await world.settle()
    const { store } = overture
    const id = (await team()).id
    await store.write(tx =>
      setAutoClose(tx, id, {
        nudgeDays: null,
        remindDays: 2,
        reminder: 'Still there, {{ customer.first_name }}?',
        closeDays: 4,
        except: [],
      }),
    )
    const wait = async (days: number) => {
      const since = Date.now() - days * 86_400_000
      await store.write(tx => tx.q.updateTable('silences').set({ since }).execute())
      for (let n = 0; n < 2; n++) await tendSilences(store)
    }
    await wait(2)
    const mail = await slack.until(() => jane.inbox.find(m => m.text.includes('Still there, Jane?')))
    expect(mail.headers).toContainEqual({ name: 'Auto-Submitted', value: 'auto-generated' })
    await world.settle()
    await wait(4)
    await cardSays(card, 'Closed: no answer for 4 working days')
    expect(jane.inbox.filter(m => m.text.includes('Still there, Jane?'))).toHaveLength(1)
    await slack.until(() => world.thread(card.ts).some(m => m.text.includes('An answer opens it again.')))
  })
})

describe('the weekly digest', () => {
  it('comes once with its chart, however often it is asked for and the process starts', async () => {
    const { slack } = world
    await world.overture.store.write(tx => tx.q.updateTable('teams').set({ digest_at: tx.now }).execute())
    await sendDigests(world.overture.store)
    await world.restart()
    await sendDigests(world.overture.store)
    const digests = () =>
      slack
        .channel('support')
        .messages()
        .filter(m => m.text === 'The week of Support')
    await slack.until(() => digests().length === 1 && slack.channel('support').thread(digests()[0]!.ts).length === 2, {
      timeoutMs: 25_000,
    })
    await world.settle()
    expect(wordsOf(digests()[0])).toContain('*Sent*: 3 to single customers, 2 of them to begin a ticket')
    expect(wordsOf(digests()[0])).toContain('*Promises (SLA)*: 0 kept, 1 broken')
    expect(digests()).toHaveLength(1)
    expect((await team()).digest_at).toBeGreaterThan(Date.now())
  })
})
