import type { KnownBlock, ModalView } from '@slack/types'
import type { CustomerView } from '../../../../core/customers.ts'
import type { PeopleEvent } from '../../../../core/people/history.ts'
import type { CustomerNote } from '../../../../core/people/notes.ts'
import type { PersonPage, TheirAddress, TheirChat, TheirTicket } from '../../../../core/people/page.ts'
import { EVERYTHING } from '../../../../core/unsubscriptions.ts'
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
  oneLine,
  plain,
  textInput,
  words,
} from '../blocks.ts'
import { ids } from '../ids.ts'
import { many } from '../tickets/card.ts'
import { day, moment, statusWords } from '../words.ts'

export interface PersonMeta {
  customerId: string
}

/** All that we know of a customer, and what can be done. */
export function personView(person: PersonPage): ModalView {
  return modal({
    id: ids.forms.person,
    title: 'Customer',
    close: 'Close',
    meta: { customerId: person.id } satisfies PersonMeta,
    blocks: [
      words(cut(oneLine(person.name), 200)),
      context(plain(cut(factsOf(person).join(' · '), 1_500)), `known since ${day(person.since)}`),
      actions(
        button('Write', ids.writeTo, person.id, { style: 'primary' }),
        button('Edit', ids.editPerson, person.id),
        button('Add a note', ids.addPersonNote, person.id),
        button('Merge', ids.mergePerson, person.id),
        person.company ? button('Company', ids.openAccount, person.company.id) : undefined,
      ),
      ...person.addresses.flatMap(addressBlocks),
      ...factBlocks(person),
      ...part('*Notes*', person.notes.flatMap(noteBlocks)),
      ...part(`*Tickets* (${person.ticketCount})`, ticketBlocks(person.tickets)),
      ...part('*Chats*', person.chats.map(chatLine)),
      ...part('*Mails that came back*', person.bounces.map(bounceLine)),
      ...historyBlocks(person.history),
    ],
  })
}

/** How many are offered of those that were found. */
export const MOST_FOUND = 10

/** Those whose name, address or company has the words that somebody looked for; each opens. */
export function foundPeople(typed: string, found: CustomerView[]): { text: string; blocks: KnownBlock[] } {
  const some = found.slice(0, MOST_FOUND)
  const more = found.length > some.length ? ' There are more: write more of the name.' : ''
  const text = `Who is it?${more}`
  const line = ({ id, name, address, company }: CustomerView) =>
    words(
      cut(
        [...new Set([name, address, company])]
          .filter(Boolean)
          .map(t => oneLine(t as string))
          .join(' · '),
        500,
      ),
      button('Open', ids.openPerson, id),
    )
  return { text: `${text} ${escaped(cut(oneLine(typed), 100))}`, blocks: [words(text), ...some.map(line)] }
}

function factsOf({ company, zone }: PersonPage): string[] {
  return [company ? oneLine(company.name) : 'no company', zone ?? 'time zone not known']
}

const MOST_ADDRESSES = 10

function addressBlocks({ address, obstacle, left }: TheirAddress, i: number): KnownBlock[] {
  if (i >= MOST_ADDRESSES) return []
  const kinds = left.map(kind => (kind === EVERYTHING ? 'all chats' : `“${oneLine(kind)}”`))
  const consent = kinds.length ? ` · unsubscribed from ${kinds.join(', ')}` : ''
  return [
    words(`✉️ ${cut(address, 320)}${cut(consent, 500)}`),
    ...(obstacle ? [context(plain(`🚫 ${cut(oneLine(obstacle), 500)}`))] : []),
  ]
}

const MOST_FIELDS = 25

/** Tags and fields, in a line each. */
export function factBlocks({ tags, fields }: Pick<PersonPage, 'tags' | 'fields'>): KnownBlock[] {
  const known = fields.slice(0, MOST_FIELDS).map(([name, value]) => `${oneLine(name)}: ${cut(oneLine(value), 100)}`)
  const lines = [...(tags.length ? [`🏷️ ${tags.join(', ')}`] : []), ...(known.length ? [known.join(' · ')] : [])]
  return lines.map(line => context(plain(cut(oneLine(line), 1_900))))
}

/** Who changed what is known, and when. */
export function historyBlocks(history: PeopleEvent[]): KnownBlock[] {
  return part('*Changes*', history.map(eventLine))
}

function eventLine({ at, by, changes }: PeopleEvent): KnownBlock {
  const shown = (text: string | null) => cut(oneLine(text ?? 'none'), 100)
  const what = changes.map(c => `${oneLine(c.name)}: ${shown(c.before)} → ${shown(c.after)}`)
  return context(moment(at), plain(cut(`${oneLine(by)} · ${what.join(' · ')}`, 1_500)))
}

function part(title: string, blocks: KnownBlock[]): KnownBlock[] {
  return blocks.length ? [{ type: 'divider' }, mrkdwn(title), ...blocks] : []
}

function noteBlocks({ id, text, by, created_at }: CustomerNote): KnownBlock[] {
  const sure = confirm('Remove this note?', 'It is gone from this page.', 'Remove')
  return [
    words(cut(text, 1_000), button('Remove', ids.removePersonNote, id, { confirm: sure })),
    context(plain(cut(oneLine(by), 80)), moment(created_at)),
  ]
}

/** A row for each ticket, with the way to it. */
export function ticketBlocks(tickets: TheirTicket[]): KnownBlock[] {
  return tickets.map(t =>
    words(
      `${t.identifier} · ${cut(oneLine(t.subject), 200)} · ${statusWords[t.status]}`,
      button('Open', ids.details, t.id),
    ),
  )
}

function chatLine({ number, subject, state, sentAt, answeredAt }: TheirChat): KnownBlock {
  const when = sentAt === null ? plain(state) : moment(sentAt)
  const answered = answeredAt === null ? [] : [plain('answered')]
  return context(plain(`${number} · ${cut(oneLine(subject), 200)}`), when, ...answered)
}

function bounceLine({ at, reason }: { at: number; reason: string }): KnownBlock {
  return context(moment(at), plain(cut(oneLine(reason), 500)))
}

/** Changes what is known of a customer. */
export function personForm(person: PersonPage): ModalView {
  return modal({
    id: ids.forms.editPerson,
    title: 'Edit customer',
    submit: 'Save',
    meta: { customerId: person.id } satisfies PersonMeta,
    blocks: [
      field('name', 'Name', textInput(person.name, 200)),
      field('company', 'Company', textInput(person.company?.name ?? '', 200), { optional: true }),
      field('zone', 'Time zone', textInput(person.zone ?? '', 60), {
        optional: true,
        hint: 'As Europe/Amsterdam. Chats keep to its quiet hours. Left empty, it is the team’s.',
      }),
      field('tags', 'Tags', textInput(person.tags.join(', '), 1_000), { optional: true, hint: 'Between commas.' }),
      field('address', 'A further address', textInput('', 320), {
        optional: true,
        hint: 'What comes from it is theirs. Mails go on to the address of each ticket.',
      }),
    ],
  })
}

export function personNoteForm(person: Pick<PersonPage, 'id' | 'name'>): ModalView {
  return modal({
    id: ids.forms.personNote,
    title: 'Note',
    submit: 'Keep note',
    meta: { customerId: person.id } satisfies PersonMeta,
    blocks: [
      context(plain(`🔒 On ${cut(oneLine(person.name), 200)}, for the team only. It is in no mail.`)),
      field('note', 'Note', { type: 'plain_text_input', multiline: true, max_length: 3_000 }),
    ],
  })
}

/** Asks who turned out to be the same person. */
export function mergeForm(person: PersonPage): ModalView {
  const name = cut(oneLine(person.name), 200)
  return modal({
    id: ids.forms.mergePerson,
    title: 'Merge customers',
    submit: 'Merge',
    meta: { customerId: person.id } satisfies PersonMeta,
    blocks: [
      words(
        `${name} (${person.addresses.map(a => a.address).join(', ')}) stays, with all that both have: addresses, ${many(person.ticketCount, 'ticket')} and those of the other, notes, tags.`,
      ),
      field('person', 'Is the same person as', {
        type: 'external_select',
        action_id: ids.findCustomers,
        min_query_length: 1,
        placeholder: plain('Name, address or company'),
      }),
      words('This cannot be undone. Each ticket goes on with the address that it has.'),
    ],
  })
}
