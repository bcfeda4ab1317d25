import type { KnownBlock, ModalView, PlainTextOption } from '@slack/types'
import type { CopyChoice } from '../../../../core/copies.ts'
import type { Document } from '../../../../core/document.ts'
import type { Clock } from '../../../../core/schedule/moment.ts'
import type { LastUsed } from '../../../../core/senders/ticket.ts'
import type { TemplateChoice } from '../../../../core/templates/templates.ts'
import type { TicketView } from '../../../../core/view.ts'
import type { AgentRow } from '../../../../db/schema.ts'
import type { FileRules } from '../../../../db/store.ts'
import { clockWords } from '../../../../lib/zone.ts'
import { toRichText } from '../../rich-text.ts'
import {
  actions,
  button,
  context,
  cut,
  field,
  limits,
  modal,
  notice,
  oneLine,
  option,
  plain,
  words,
} from '../blocks.ts'
import { ids } from '../ids.ts'
import {
  blindField,
  type ComposerMeta,
  type ComposerStart,
  keptFilesLine,
  messageField,
  missingLine,
  templateField,
  whenFields,
} from './composer.ts'
import { copiesField, filesField } from './new-ticket.ts'
import type { TicketMeta } from './ticket-meta.ts'

/** All that the composer of an answer is drawn from. */
export interface ReplyForm {
  ticket: TicketView
  obstacle: string | null // why the customer must not be written to
  addresses: string[] // of the customer; the first is where the mail goes
  wroteFrom: string | null // the address of their newest mail
  copies: CopyChoice[]
  files: FileRules
  senders: { id: string; address: string; broken_reason: string | null }[] // of the team
  last: LastUsed | null // what the customer saw the newest mail come from
  templates: TemplateChoice[]
  clock: Clock
  now: number
  meta: ComposerMeta
  start?: ReplyStart
  missing?: string | null // of the template that was inserted
}

/** What the composer is filled with at first. */
export interface ReplyStart extends ComposerStart {
  to?: string | null // the value of the choice
  sender?: string | null
}

/** What the composer remembers: whom a copy was offered to, since a choice names them by their place in these. */
export interface ReplyMeta extends TicketMeta, ComposerMeta {
  all: string[]
  strangers: string[]
}

/** The composer of an answer to the customer. */
export function replyForm(form: ReplyForm): ModalView {
  const { ticket, start = {} } = form
  const title = `Reply on ${ticket.identifier}`
  const obstacle = obstacleOf(form)
  if (obstacle) return notice(title, obstacle)
  const meta = metaOf(form)
  return modal({
    id: ids.forms.reply,
    title,
    submit: 'Send',
    isWatched: true,
    meta,
    blocks: [
      context(
        plain(cut(`To ${personOf(ticket)}`, 500)),
        plain(`from ${ticket.sender?.address ?? "the team's address"}`),
      ),
      ...hints(ticket),
      ...toFields(form),
      ...senderField(form),
      ...copyBoxes(form.copies, meta),
      copiesField(start.copies),
      blindField(start.blind),
      ...templateField(form.templates, meta.rev),
      ...missingLine(form.missing),
      messageField(start.message, meta.rev, { focus: true }),
      filesField(form.files),
      ...keptFilesLine(meta.files),
      ...whenFields(meta.when, form.clock, start, form.now),
      actions(button('Preview', ids.preview, ticket.id)),
    ],
  })
}

function obstacleOf({ ticket, obstacle }: ReplyForm): string | null {
  if (ticket.publishedAt === null)
    return `${ticket.identifier} is internal. Press Publish on its card first; then the customer can be written to.`
  return obstacle && cut(oneLine(obstacle), 900)
}

function hints(ticket: TicketView): KnownBlock[] {
  const seconds = Math.round(ticket.team.holdMs / 1000)
  return [
    ...(ticket.closedAt !== null
      ? [words('This ticket is closed, and stays closed until the customer answers or somebody reopens it.')]
      : []),
    ...(ticket.sender?.broken
      ? [words(`⚠️ Nothing can be sent at the moment, so the mail waits: ${cut(oneLine(ticket.sender.broken), 500)}`)]
      : []),
    ...(seconds > 0 ? [context(`It is held for ${seconds} seconds, in which you can take it back.`)] : []),
  ]
}

const MOST_ADDRESSES = 20

/** Where the mail goes, for a customer who has several addresses; named by their place, since an address may be long. */
function toFields({ addresses, wroteFrom, start }: ReplyForm): KnownBlock[] {
  if (addresses.length < 2) return []
  const options = addresses.slice(0, MOST_ADDRESSES).map(a => option(a, `at:${a}`.length > 75 ? '' : `at:${a}`))
  const usable = options.filter(o => o.value)
  const [initial] = options
  if (usable.length < 2 || !initial?.value) return [] // the first is chosen already: no other may stand in for it
  const chosen = usable.find(o => o.value === start?.to) ?? initial
  const elsewhere = wroteFrom && wroteFrom !== addresses[0]
  const hint = elsewhere
    ? `Their newest mail came from ${wroteFrom}. Another address chosen here is the ticket's from now on.`
    : "Another address chosen here is the ticket's from now on."
  return [field('to', 'Send it to', { type: 'static_select', options: usable, initial_option: chosen }, { hint })]
}

/** What it is sent from, where the team has several addresses. */
function senderField({ ticket, senders, last, start }: ReplyForm): KnownBlock[] {
  if (senders.length < 2) return []
  const options = senders.slice(0, 100).map(s => option(`${s.broken_reason === null ? '' : '⚠️ '}${s.address}`, s.id))
  const initial = options.find(o => o.value === (start?.sender ?? ticket.sender?.id))
  const isOther = last && ticket.sender && last.address !== ticket.sender.address
  const hint = isOther
    ? `⚠️ The last mail came from ${last.address}; another address looks like somebody else to the customer.`
    : "Another address chosen here is the ticket's from now on."
  return [
    field(
      'sender',
      'Send it from',
      {
        type: 'static_select',
        options,
        placeholder: plain("The team's address", limits.placeholder),
        ...(initial && { initial_option: initial }),
      },
      { hint, optional: true },
    ),
  ]
}

/** The address in the value of a choice of `to`. */
export function addressChosen(value: string | null): string | null {
  return value?.startsWith('at:') ? value.slice(3) : null
}

const MOST_BOXES = 9
const ROOM_IN_META = 1_400

function metaOf({ ticket, copies, meta: { draft, rev, when, liquid, files } }: ReplyForm): ReplyMeta {
  const composer = { draft, rev, when, ...(liquid && { liquid }), ...(files?.length && { files }) }
  const meta: ReplyMeta = { ...composer, ticketId: ticket.id, all: [], strangers: [] }
  let room = ROOM_IN_META
  for (const { address, isStranger } of copies) {
    room -= address.length + 3
    if (room >= 0) (isStranger ? meta.strangers : meta.all).push(address)
  }
  return meta
}

/** Nobody is ticked at first: who else reads an answer is for the agent to decide. */
function copyBoxes(copies: CopyChoice[], meta: ReplyMeta): KnownBlock[] {
  const named = (address: string) => copyWords(copies.find(c => c.address === address) ?? { address, name: '' })
  const everybody = meta.all.length > 1 ? [option(`Everybody (${meta.all.length})`, 'all')] : []
  const options: PlainTextOption[] = [
    ...everybody,
    ...meta.all.map((a, i) => option(named(a), `a${i}`)),
    ...meta.strangers.map((a, i) => option(`⚠️ ${named(a)}`, `s${i}`)),
  ].slice(0, MOST_BOXES + everybody.length)
  if (!options.length) return []
  const element = { type: 'checkboxes' as const, options }
  const hint = meta.strangers.length ? '⚠️ wrote here without having been written to.' : undefined
  return [field('copy_to', 'Others in this conversation', element, { optional: true, ...(hint && { hint }) })]
}

/** Somebody as one line: the name, where it says more than the address, and the address. */
export function copyWords({ name, address }: { name: string; address: string }): string {
  const shown = cut(oneLine(name), 40)
  return shown && shown !== address ? `${shown} <${address}>` : address
}

/** The addresses that were ticked. */
export function copiesTicked(ticked: string[], meta: ReplyMeta): string[] {
  const all = ticked.includes('all') ? meta.all : []
  const single = ticked.flatMap(value => {
    const list = value[0] === 's' ? meta.strangers : meta.all
    return list[Number(value.slice(1))] ?? []
  })
  return [...new Set([...all, ...single])]
}

function personOf({ customer }: TicketView, address = customer.address): string {
  const name = oneLine(customer.name)
  return name === address ? name : `${cut(name, 150)} <${address}>`
}

/** An answer as it stands in the composer. */
export interface Draft {
  to: string
  copies: string[]
  blind: string[]
  from: string // the sender's address
  last: LastUsed | null
  goesAt: { at: number; zone: string } | null // null: at once
  body: Document
  files: string[] // names of those that are enclosed
  links: string[] // of those that go as links
}

/** What the mail will look like, and who gets it. */
export function previewView(
  ticket: TicketView,
  agent: Pick<AgentRow, 'name' | 'alias' | 'signature'>,
  draft: Draft,
): ModalView {
  const name = agent.alias ?? agent.name
  const signatures = [agent.signature, ticket.team.signature].map(s => s.trim()).filter(Boolean)
  const subject = /^(re|aw|sv|antw):/i.test(ticket.subject) ? ticket.subject : `Re: ${ticket.subject}`
  return notice('Preview', [
    context(plain(cut(`From: ${name} (${ticket.team.name}) <${draft.from}>`, 500))),
    ...otherThanBefore(name, draft),
    context(plain(cut(`To: ${personOf(ticket, draft.to)}`, 500))),
    ...(draft.copies.length ? [context(plain(cut(`Copy to: ${draft.copies.join(', ')}`, 1_900)))] : []),
    ...(draft.blind.length ? [context(plain(cut(`Blind copy to: ${draft.blind.join(', ')}`, 1_900)))] : []),
    ...(draft.goesAt
      ? [context(plain(`⏰ Goes out ${clockWords(draft.goesAt.at, draft.goesAt.zone)} (${draft.goesAt.zone})`))]
      : []),
    context(plain(cut(`Subject: ${oneLine(subject)}`, 400))),
    { type: 'divider' },
    ...bodyBlocks(draft.body),
    ...(signatures.length ? [context(plain(cut(`-- \n${signatures.join('\n\n')}`, 1_900)))] : []),
    context(plain(ticket.identifier)),
    ...(draft.files.length ? [context(plain(cut(`📎 ${draft.files.map(oneLine).join(', ')}`, 1_500)))] : []),
    ...linkLines(draft.links),
  ])
}

/** Another name or address than the last time looks like somebody else to the customer. */
function otherThanBefore(name: string, { last, from }: Draft): KnownBlock[] {
  if (!last || (last.author === name && last.address === from)) return []
  const before = `${last.author || 'the team'} <${last.address}>`
  return [context(plain(cut(`⚠️ The last mail of this ticket came from ${oneLine(before)}.`, 600)))]
}

/** Which files the customer gets as links. */
export function linkLines(names: string[]): KnownBlock[] {
  if (!names.length) return []
  const which = names.map(oneLine).join(', ')
  return [
    context(plain(cut(`🔗 As a link that works for 30 days, since the mail would be too large: ${which}`, 1_500))),
  ]
}

function bodyBlocks(body: Document): KnownBlock[] {
  const blocks = toRichText(body, { limit: 2_900 }).flat()
  if (!blocks.length) return [words('Write something first.')]
  return blocks.length > 80 ? [...blocks.slice(0, 80), context('The mail goes on; this preview does not.')] : blocks
}
