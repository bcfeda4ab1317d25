import type { KnownBlock, ModalView } from '@slack/types'
import { type KeyPage, type ListedKey, LONGEST_KEY_NAME } from '../../../../core/programs/keys.ts'
import { type ApiScope, SCOPES } from '../../../../core/programs/scopes.ts'
import {
  actions,
  button,
  confirm,
  context,
  cut,
  escaped,
  field,
  modal,
  mrkdwn,
  notice,
  oneLine,
  option,
  textInput,
  words,
} from '../blocks.ts'
import { ids } from '../ids.ts'
import { day, moment } from '../words.ts'

/** How many keys one page of the list shows. */
export const KEYS_ON_A_PAGE = 25

/** What the list of keys remembers. */
export interface KeysMeta {
  after: string | null
}

/** The keys that somebody may see; those who see everybody's are told whose each is. */
export function keysView(
  meta: KeysMeta,
  { keys, next, isAdmin }: KeyPage & { isAdmin: boolean },
  now: number,
  publicUrl: string | null,
): ModalView {
  return modal({
    id: ids.forms.keys,
    title: 'API keys',
    meta,
    blocks: [
      words(
        `With a key a program does what its agent may do, in their name. ${publicUrl ? `All that it can ask: ${publicUrl}/docs. ` : ''}` +
          `Here are ${isAdmin ? 'the keys of all agents' : 'your keys'}.`,
        button('Make a key', ids.addKey, 'new', { style: 'primary' }),
      ),
      ...(keys.length ? keys.flatMap(k => row(k, isAdmin, now)) : [words('There is no key.')]),
      ...(meta.after !== null || next !== null
        ? [
            actions(
              meta.after !== null && button('First page', `${ids.pageKeys}:first`, '-'),
              next !== null && button('Next page', `${ids.pageKeys}:next`, next),
            ),
          ]
        : []),
    ],
  })
}

function row(key: ListedKey, isAdmin: boolean, now: number): KnownBlock[] {
  const name = cut(oneLine(key.name), LONGEST_KEY_NAME)
  const sure = confirm('Revoke this key?', `Whatever uses ${name} is refused from then on. This is for good.`, 'Revoke')
  const whose = isAdmin ? ` · ${personWords(key)}` : ''
  return [
    mrkdwn(
      `*${escaped(name).replaceAll('*', '')}* · \`${escaped(key.shown)}…\`${whose}`,
      button('Revoke', ids.revokeKey, key.id, { style: 'danger', confirm: sure }),
    ),
    context(factsOf(key, now).join(' · ')),
  ]
}

function personWords({ agent, madeBy }: ListedKey): string {
  const name = escaped(cut(oneLine(agent.name), 60))
  const gone = agent.isGone ? ', who is no longer here' : ''
  return `${name}${gone}${madeBy === agent.name ? '' : `, made by ${escaped(cut(oneLine(madeBy), 60))}`}`
}

/** Mrkdwn; nothing in it is anybody else's words but addresses that were checked. */
function factsOf({ scopes, networks, lastUsedAt, expiresAt, createdAt }: ListedKey, now: number): string[] {
  const isAll = scopes === null || SCOPES.every(s => scopes.includes(s))
  const from = networks ? `from ${cut(networks.join(', '), 300)}` : 'from anywhere'
  return [
    isAll ? 'everything' : cut(scopes.join(', '), 300),
    from,
    `made ${day(createdAt)}`,
    lastUsedAt === null ? 'never used' : `last used ${moment(lastUsedAt)}`,
    ...(expiresAt === null ? [] : [`${expiresAt <= now ? '⚠️ expired' : 'expires'} ${day(expiresAt)}`]),
  ]
}

const scopeWords: Record<ApiScope, string> = {
  'tickets:read': 'See tickets and what was written',
  'tickets:write': 'Open, change and answer tickets',
  'chats:read': 'See chats and what came of them',
  'chats:write': 'Write to many customers at once',
  'people:read': 'See customers, companies and agents',
  'people:write': 'Add and change customers, companies and agents',
  'setup:read': 'See teams, forms, fields, tags and statuses',
  'setup:write': 'Change teams, forms, fields, tags and statuses',
  'webhooks:read': 'See webhooks',
  'webhooks:write': 'Set up webhooks',
}

/** What the form for a key remembers. */
export interface KeyMeta {
  listId: string // the list below, to be drawn anew
}

const LONGEST_NETWORKS = 2_500

/** Makes a key; an admin chooses whose it is, and begins with their own (a handle). */
export function keyForm(meta: KeyMeta, own: { handle: string; isAdmin: boolean }): ModalView {
  return modal({
    id: ids.forms.key,
    title: 'New API key',
    submit: 'Make the key',
    meta,
    blocks: [
      field('name', 'Name', textInput(null, LONGEST_KEY_NAME, 'CRM'), {
        hint: 'What it is for: by this you know it again.',
      }),
      ...(own.isAdmin
        ? [
            field(
              'agent',
              'Acts as',
              { type: 'users_select', initial_user: own.handle },
              { hint: 'It may do what this agent may do, and what it does is done in their name.' },
            ),
          ]
        : []),
      field(
        'scopes',
        'What it may do',
        { type: 'checkboxes', options: SCOPES.map(scope => option(scopeWords[scope], scope)) },
        { hint: 'Never more than its agent may. Tick only what the program needs.' },
      ),
      field(
        'networks',
        'Used from',
        { ...textInput(null, LONGEST_NETWORKS, '203.0.113.7'), multiline: true },
        {
          optional: true,
          hint: 'Addresses or networks such as 10.0.0.0/8, one a line. Left empty, it is used from anywhere.',
        },
      ),
      field('expires', 'Last day', { type: 'datepicker' }, { optional: true, hint: 'Left empty, it does not expire.' }),
    ],
  })
}

/** The only time that anybody sees the key. */
export function madeView(name: string, key: string): ModalView {
  return notice('API key', [
    words(`${cut(oneLine(name), LONGEST_KEY_NAME)} is made. Copy its key now:`),
    mrkdwn(`\`\`\`${key}\`\`\``),
    words('⚠️ Nobody can see it again, neither you nor an admin. Keep it as you keep a password.'),
  ])
}
