import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { agentByHandle } from '../../../src/core/agents.ts'
import { setBaseRole } from '../../../src/core/permissions/roles.ts'
import type { Person } from '../../../src/sandbox/slack/types.ts'
import { wordsOf } from '../../support/desk.ts'
import { type HookSink, isSignedBy, type Received, startHookSink } from '../../support/hook-sink.ts'
import { startWorld, type World } from '../../support/world.ts'

/** Webhooks as leads set them up and look after them. One story: each part goes on where the one before ended. */
let world: World
let sink: HookSink
beforeAll(async () => {
  sink = await startHookSink()
  world = await startWorld({ env: { HOOKS_LOCAL: 'true' } })
  await world.openTicket()
})
afterAll(async () => {
  await world?.close()
  await sink.close()
})

const viewOf = (who: Person, title: string, says = '') =>
  world.slack.until(() => who.modals().find(m => m.title === title && wordsOf(m).includes(says)))
const list = async (who: Person, says = '') => {
  if (who.modals().length) await who.close({ all: true })
  await who.command('/outreach webhooks', { channel: 'support' })
  return viewOf(who, 'Webhooks', says)
}
const log = async (says = '') => {
  await world.ann.click({ view: (await list(world.ann)).id }, 'hook_log')
  return viewOf(world.ann, 'Deliveries', says)
}
const secretIn = async () => /whsec_[\w-]+/.exec(wordsOf(await viewOf(world.ann, 'Secret')))?.[0] as string
const hooks = () => world.overture.store.read(q => q.selectFrom('hooks').selectAll().execute())
const gotAt = async (n: number) => {
  await world.slack.until(() => sink.got.length > n)
  return sink.got[n] as Received
}

describe('webhooks', () => {
  let secret = ''

  it('are found in Set-up, and at a team', async () => {
    const { ann, slack } = world
    await ann.openHome()
    const home = await slack.until(() => ann.home())
    await ann.click({ view: home.id }, 'home_tab:setup')
    await slack.until(() => wordsOf(ann.home()).includes('Webhooks'))
    await ann.click({ view: home.id }, 'open_hooks')
    await viewOf(ann, 'Webhooks', 'No program is told of anything yet.')
    await ann.close({ all: true })
    await ann.click({ view: home.id }, 'edit_team')
    await ann.click({ view: (await viewOf(ann, 'Team')).id }, 'open_hooks')
    await viewOf(ann, 'Webhooks')
  })

  it('are refused an address that is not one of the web', async () => {
    const { ann } = world
    await ann.click({ view: (await list(ann)).id }, 'hook_add')
    await viewOf(ann, 'New webhook')
    expect((await ann.submit({ url: 'https://10.0.0.1/a' })).errors).toEqual({
      url: '10.0.0.1 is not in the public internet.',
    })
  })

  it('are made with a secret that is shown once, however often the form comes', async () => {
    const { ann } = world
    const entries = { url: sink.url, description: 'CRM', events: ['ticket:priority:changed'] }
    expect((await ann.submit(entries, { twice: true })).errors).toEqual({})
    secret = await secretIn()
    expect(await hooks()).toHaveLength(1)
    const shown = wordsOf(await list(ann, 'CRM'))
    expect(shown).toContain('127.0.0.1')
    expect(shown).toContain('ticket:priority:changed · all teams')
    expect(shown).not.toMatch(/secret-path|whsec_/)
  })

  it('are tried out, and the log says what was answered', async () => {
    const { ann } = world
    const { id } = await log('There is none.')
    await ann.click({ view: id }, 'hook_test')
    expect(isSignedBy(secret, await gotAt(0))).toBe(true)
    await world.overture.hooks.flush()
    const shown = wordsOf(await log('webhook:test'))
    expect(shown).toContain('200 in')
    expect(shown).toContain('“Thank you”')
  })

  it('have what was given up replayed', async () => {
    const { ann, overture } = world
    await overture.store.write(tx => tx.q.updateTable('hook_deliveries').set({ state: 'failed' }).execute())
    await ann.click({ view: (await log()).id }, 'hook_show:failed')
    const failed = await viewOf(ann, 'Deliveries', 'Show all')
    await ann.click({ view: failed.id }, 'hook_replay')
    await gotAt(1)
    expect(sink.got[1]?.body.eventId).toBe(sink.got[0]?.body.eventId)
    await viewOf(ann, 'Deliveries', 'replayed')
  })

  it('change, keeping the address that is not typed again', async () => {
    const { ann } = world
    await ann.click({ view: (await list(ann)).id }, 'hook_edit')
    await viewOf(ann, 'Webhook', 'It is posted to 127.0.0.1')
    await ann.submit({ description: 'Our CRM', events: [], private: ['notes'] })
    await viewOf(ann, 'Webhooks', 'all events · all teams · with notes')
    const [hook] = await hooks()
    expect(hook).toMatchObject({ description: 'Our CRM', events: null, include_private: 1 })
  })

  it('get a new secret, beside which the old one signs until somebody ends it', async () => {
    const { ann } = world
    const editing = async (button: string) => {
      await ann.click({ view: (await list(ann)).id }, 'hook_edit')
      await ann.click({ view: (await viewOf(ann, 'Webhook')).id }, button)
    }
    await editing('hook_rotate')
    const fresh = await secretIn()
    await ann.click({ view: (await log()).id }, 'hook_test')
    const both = await gotAt(2)
    expect([secret, fresh].map(s => isSignedBy(s, both))).toEqual([true, true])
    await editing('hook_end_old')
    await world.slack.until(async () => (await hooks())[0]?.old_secret === null)
    await ann.click({ view: (await log()).id }, 'hook_test')
    const one = await gotAt(3)
    expect([secret, fresh].map(s => isSignedBy(s, one))).toEqual([false, true])
  })

  it('are switched off and on again', async () => {
    const { ann } = world
    await ann.click({ view: (await list(ann)).id }, 'hook_switch:off')
    const { id } = await viewOf(ann, 'Webhooks', 'Somebody switched it off.')
    await ann.click({ view: id }, 'hook_switch:on')
    await viewOf(ann, 'Webhooks', 'Last taken')
    expect((await hooks())[0]?.off_at).toBeNull()
  })

  it('are for leads, where there are any', async () => {
    const { ann, ben, overture, slack } = world
    const me = await overture.store.read(q => agentByHandle(q, ann.id))
    if (!me) throw new Error('Nobody.')
    await overture.store.write(tx => setBaseRole(tx, me.id, 'admin', me))
    await ben.command('/outreach webhooks', { channel: 'support' })
    await slack.until(() => ben.ephemerals().some(e => wordsOf(e).includes('Only a lead may do this. Ask Ann.')))
    expect(ben.modals()).toEqual([])
  })

  it('are removed, with what is known of where that was', async () => {
    const { ann } = world
    await ann.click({ view: (await list(ann)).id }, 'hook_edit')
    await ann.click({ view: (await viewOf(ann, 'Webhook')).id }, 'hook_remove')
    await viewOf(ann, 'Webhook', 'nothing is posted there')
    await list(ann, 'No program is told of anything yet.')
    expect(await hooks()).toMatchObject([{ url: '', secret: null }])
  })
})
