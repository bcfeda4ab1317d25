import type { KnownBlock, ModalView } from '@slack/types'
import type { Hook } from '../../../../core/hooks/hook.ts'
import { EVENT_TYPES } from '../../../../core/hooks/types.ts'
import type { HookDeliveryRow, HookShape } from '../../../../db/schema.ts'
import {
  actions,
  button,
  confirm,
  context,
  cut,
  escaped,
  field,
  limits,
  modal,
  mrkdwn,
  notice,
  oneLine,
  option,
  plain,
  textInput,
  words,
} from '../blocks.ts'
import { ids } from '../ids.ts'
import { many } from '../tickets/card.ts'
import { moment } from '../words.ts'

type Team = { id: string; name: string }

const MOST_SHOWN = 30

/** All subscriptions that somebody may change. */
export function hooksPage(hooks: Hook[], teams: Team[], now: number): ModalView {
  const none = words('No program is told of anything yet.')
  const rest = hooks.length > MOST_SHOWN ? [context(`And ${hooks.length - MOST_SHOWN} more: see the API.`)] : []
  return modal({
    id: ids.openHooks,
    title: 'Webhooks',
    blocks: [
      words('Programs are told of what happens: each event is posted to them as JSON, signed.'),
      actions(button('Add a webhook', ids.hookAdd, 'new', hooks.length ? {} : { style: 'primary' })),
      ...(hooks.length ? hooks.slice(0, MOST_SHOWN).flatMap(h => hookBlocks(h, teams, now)) : [none]),
      ...rest,
    ],
  })
}

function hookBlocks(hook: Hook, teams: Team[], now: number): KnownBlock[] {
  const { id, host, description, offAt } = hook
  const name = `*${escaped(cut(host, 200)).replaceAll('*', '')}*${description ? ` · ${escaped(oneLine(description))}` : ''}`
  return [
    mrkdwn(`${name}\n${escaped(factsOf(hook, teams))}\n${stateOf(hook, now)}`),
    actions(
      button('Edit', ids.hookEdit, id),
      button('Deliveries', ids.hookLog, id),
      offAt === null
        ? button('Switch off', `${ids.hookSwitch}:off`, id)
        : button('Switch on', `${ids.hookSwitch}:on`, id, { style: 'primary' }),
    ),
  ]
}

function factsOf({ events, teamIds, shape, includePrivate, isSigned }: Hook, teams: Team[]): string {
  const names = teamIds?.map(id => teams.find(t => t.id === id)?.name ?? 'a team that is no more')
  const what = events === null ? 'all events' : cut(events.join(', '), 500)
  return [
    shape === 'words' ? 'flat texts of each answer' : what,
    names ? cut(names.map(oneLine).join(', '), 300) : 'all teams',
    ...(includePrivate ? ['with notes'] : []),
    ...(isSigned ? [] : ['not signed']),
  ].join(' · ')
}

function stateOf({ offAt, offReason, problem, failingSince, deliveredAt }: Hook, now: number): string {
  const why = (text: string | null) => escaped(cut(oneLine(text ?? ''), 500))
  if (offAt !== null) return `⏸️ Switched off ${moment(offAt)}. ${why(offReason)}`
  if (problem) return `⚠️ Nothing was taken since ${moment(failingSince ?? now)}. ${why(problem)}`
  return deliveredAt === null ? 'Nothing was posted yet.' : `✅ Last taken ${moment(deliveredAt)}`
}

export interface HookMeta {
  hookId: string | null // null: a new one
  pageId: string // the view below, to be drawn anew
}

const SHAPES: Record<HookShape, string> = {
  event: 'Events, signed',
  words: 'Flat texts of each answer, for a Slack workflow',
}

/** Adds or changes a subscription. The address may be a secret, so only its host is shown. */
export function hookForm(meta: HookMeta, hook: Hook | null, teams: Team[]): ModalView {
  const shapes = (Object.keys(SHAPES) as HookShape[]).map(shape => option(SHAPES[shape], shape))
  const types = EVENT_TYPES.map(type => option(type, type))
  const places = teams.slice(0, 100).map(t => option(t.name, t.id))
  const chosen = <O extends { value?: string }>(options: O[], values: string[] | null | undefined) => {
    const initial = options.filter(o => values?.includes(o.value ?? ''))
    return initial.length ? { initial_options: initial } : {}
  }
  const others = hook?.events?.filter(type => !types.some(o => o.value === type)) ?? []
  const notes = option('Notes, too', 'notes')
  return modal({
    id: ids.forms.hook,
    title: hook ? 'Webhook' : 'New webhook',
    submit: 'Save',
    meta,
    blocks: [
      ...(hook ? [words(`It is posted to ${cut(hook.host, 200)}.`)] : []),
      field(
        'url',
        'Address',
        {
          type: 'plain_text_input',
          max_length: 2_000,
          placeholder: plain('https://example.com/hooks', limits.placeholder),
        },
        hook
          ? { optional: true, hint: 'Left empty, it stays as it is. It is kept sealed and not shown here again.' }
          : {},
      ),
      field('description', 'What it is for', textInput(hook?.description, 200), { optional: true }),
      field('shape', 'What is posted', {
        type: 'static_select',
        options: shapes,
        initial_option: shapes.find(o => o.value === hook?.shape) ?? (shapes[0] as (typeof shapes)[number]),
      }),
      field(
        'events',
        'Events',
        { type: 'multi_static_select', options: types, ...chosen(types, hook?.events) },
        {
          optional: true,
          hint: `Left empty: all.${others.length ? ` Also, by the API: ${cut(others.join(', '), 500)}.` : ''}`,
        },
      ),
      ...(places.length
        ? [
            field(
              'teams',
              'Teams',
              { type: 'multi_static_select', options: places, ...chosen(places, hook?.teamIds) },
              { optional: true, hint: 'Left empty: all.' },
            ),
          ]
        : []),
      field(
        'private',
        'Private comments',
        { type: 'checkboxes', options: [notes], ...(hook?.includePrivate && { initial_options: [notes] }) },
        { optional: true },
      ),
      ...(hook ? [secretButtons(hook)] : []),
    ],
  })
}

function secretButtons({ id, oldSecretUntil, host }: Hook): KnownBlock {
  const rotate = confirm(
    'Make a new secret?',
    'For a day what is posted is signed with both. Give the new one to the receiver meanwhile.',
    'Make it',
  )
  const end = confirm('End the old secret?', 'From now on only the new one signs.', 'End it')
  const remove = confirm(
    'Remove this webhook?',
    `Nothing is posted to ${cut(host, 150)} any more, and what waits is forgotten.`,
    'Remove',
  )
  return actions(
    button('New secret', ids.hookRotate, id, { confirm: rotate }),
    oldSecretUntil !== null && button('End the old secret', ids.hookEndOld, id, { confirm: end }),
    button('Remove', ids.hookRemove, id, { style: 'danger', confirm: remove }),
  )
}

/** A secret, the only time that it is shown. */
export function secretView(secret: string, { isNew }: { isNew: boolean }): ModalView {
  const both = isNew ? '' : ' For a day the one before signs, too.'
  return notice('Secret', [
    words(`Give this to the receiver: it checks by it that we wrote what it gets. It is not shown again.${both}`),
    { type: 'rich_text', elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: secret }] }] },
  ])
}

export interface HookLogMeta {
  hookId: string
  isFailed: boolean // only those that were given up
}

/** The newest of what was posted, each with what was answered. */
export function hookLog(meta: HookLogMeta, host: string, rows: HookDeliveryRow[]): ModalView {
  const { hookId, isFailed } = meta
  return modal({
    id: ids.hookLog,
    title: 'Deliveries',
    meta,
    blocks: [
      words(`To ${cut(host, 200)}, the newest first`),
      actions(
        button('Send a test', ids.hookTest, hookId),
        button(isFailed ? 'Show all' : 'Failed ones', `${ids.hookShow}:${isFailed ? 'all' : 'failed'}`, hookId),
        button('Look again', `${ids.hookShow}:again`, hookId),
      ),
      ...(rows.length ? rows.flatMap(deliveryBlocks) : [words('There is none.')]),
    ],
  })
}

const MARKS = { queued: '⏳', delivered: '✅', failed: '❌' }

function deliveryBlocks(d: HookDeliveryRow): KnownBlock[] {
  const tries = d.attempts > 1 ? ` · ${many(d.attempts, 'try').replace('trys', 'tries')}` : ''
  const answered = d.status === null ? '' : ` · ${d.status} in ${d.took_ms} ms`
  const waits = d.state === 'queued' && d.attempts > 0 ? ` · again ${moment(d.due_at, 'time_secs')}` : ''
  const says = [d.problem, d.answer && `“${cut(oneLine(d.answer), 300)}”`].filter(Boolean).join(' ')
  const line = `${MARKS[d.state]} *${escaped(d.event_type)}*${d.is_replay ? ' · replayed' : ''} · ${moment(d.created_at)}${answered}${tries}${waits}`
  return [
    mrkdwn(line, d.state === 'queued' ? undefined : button('Replay', ids.hookReplay, `${d.hook_id}:${d.id}`)),
    ...(says ? [context(plain(says, 1_000))] : []),
  ]
}
