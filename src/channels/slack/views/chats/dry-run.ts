import type { KnownBlock, ModalView, PlainTextOption } from '@slack/types'
import type { DryRun } from '../../../../core/chats/dry-run.ts'
import type { ChatView } from '../../../../core/chats/view.ts'
import type { Document } from '../../../../core/document.ts'
import type { ChatRecipientRow } from '../../../../db/schema.ts'
import { toRichText } from '../../rich-text.ts'
import { actions, button, context, cut, modal, mrkdwn, notice, oneLine, option, plain, words } from '../blocks.ts'
import { ids } from '../ids.ts'
import { many } from '../tickets/card.ts'
import { moment } from '../words.ts'

/** All that the dry run of a draft is drawn from. */
export interface DryRunPage {
  chat: Pick<ChatView, 'id' | 'number' | 'subject' | 'sender' | 'author' | 'dueAt' | 'approvalReason'>
  run: DryRun
  preview: Preview | null // of one recipient; null where there is none
  fault?: string // why what was just asked for cannot be done
  done?: string // what was just done
}

/** What one recipient gets. */
export interface Preview {
  picked: PlainTextOption
  to: string
  subject: string
  body: Document
  problem: string | null
}

export interface DryRunMeta {
  chatId: string
}

/** Who will get a chat and who will not, what it looks like, and the way to send it. Nothing is sent before that. */
export function dryRunView(page: DryRunPage): ModalView {
  const { chat, run } = page
  return modal({
    id: ids.forms.dryRun,
    title: `Dry run of chat ${chat.number}`,
    ...(run.willGet > 0 && { submit: submitWords(page) }),
    close: 'Close',
    meta: { chatId: chat.id } satisfies DryRunMeta,
    blocks: [
      ...(page.fault ? [words(`⚠️ ${cut(oneLine(page.fault), 1_000)}`)] : []),
      ...(page.done ? [words(`✅ ${cut(oneLine(page.done), 1_000)}`)] : []),
      mrkdwn(`*${count(run.willGet)} of ${count(run.total)}* will get it.`),
      ...blockLines(run),
      ...conditions(chat),
      context(plain(cut(`From ${chat.author.name} · ${chat.sender.name} <${chat.sender.address}>`, 500))),
      { type: 'divider' },
      ...pickerAndPreview(page),
      { type: 'divider' },
      actions(
        button('Send to me', ids.sendToMe, chat.id),
        run.total > run.willGet && button('Blocked rows as CSV', ids.blockedCsv, chat.id),
        button('Change', ids.changeDraft, chat.id),
        button('Save as draft', ids.saveDraft, chat.id),
      ),
    ],
  })
}

function submitWords({ chat, run }: DryRunPage): string {
  if (chat.approvalReason !== null) return 'Ask for approval'
  return chat.dueAt === null ? `Send to ${count(run.willGet)} ${run.willGet === 1 ? 'person' : 'people'}` : 'Schedule'
}

export function count(n: number): string {
  return n.toLocaleString('en')
}

/** Each reason by which somebody gets nothing, and how many it keeps out. */
export function blockLines({ blocks }: DryRun): KnownBlock[] {
  const lines = blocks.filter(b => b.count > 0).map(b => `${count(b.count)} · ${oneLine(b.label)}`)
  return lines.length ? [words(cut(lines.join('\n'), 2_500))] : []
}

function conditions({ approvalReason, dueAt }: DryRunPage['chat']): KnownBlock[] {
  return [
    ...(approvalReason === null ? [] : [words(`🤝 ${cut(oneLine(approvalReason), 1_000)}`)]),
    ...(dueAt === null ? [] : [context(`It goes out ${moment(dueAt)}.`)]),
  ]
}

function pickerAndPreview({ chat, preview }: DryRunPage): KnownBlock[] {
  const picker = {
    type: 'external_select' as const,
    action_id: ids.findRecipient,
    min_query_length: 0,
    placeholder: plain('A recipient', 150),
    ...(preview && { initial_option: preview.picked }),
  }
  return [
    { ...mrkdwn('*What they get*', picker), block_id: 'recipient' },
    ...(preview ? previewBlocks(preview) : [context(plain(cut(`Subject: ${oneLine(chat.subject)}`, 400)))]),
  ]
}

const MOST_BLOCKS = 70

function previewBlocks({ to, subject, body, problem }: Preview): KnownBlock[] {
  const blocks = toRichText(body, { limit: 2_900 }).flat()
  return [
    context(plain(cut(`To: ${oneLine(to)}`, 500))),
    ...(problem === null
      ? [
          context(plain(cut(`Subject: ${oneLine(subject)}`, 400))),
          ...blocks.slice(0, MOST_BLOCKS),
          ...(blocks.length > MOST_BLOCKS ? [context('The mail goes on; this preview does not.')] : []),
        ]
      : [words(`⚠️ ${cut(oneLine(problem), 1_000)}`)]),
  ]
}

/** What the search for a recipient offers. */
export function recipientOption({
  id,
  address,
  name,
  state,
}: Pick<ChatRecipientRow, 'id' | 'address' | 'name' | 'state'>): PlainTextOption {
  const who = name && name !== address ? `${name} · ${address}` : address || '(no address)'
  return option(state === 'blocked' ? `⚠️ ${who}` : who, id)
}

/** Says what became of a chat that was submitted. */
export function startedView(chat: Pick<ChatView, 'number' | 'state' | 'dueAt' | 'team' | 'counts'>): ModalView {
  const card = `Its card is in <#${chat.team.place}>.`
  const at = chat.dueAt === null ? '' : ` ${moment(chat.dueAt)}`
  const said: Partial<Record<ChatView['state'], string>> = {
    draft: `*Chat ${chat.number}* is kept as a draft: \`/chat ${chat.number}\` goes on.`,
    scheduled: `*Chat ${chat.number}* goes out${at}, unless somebody stops it. ${card}`,
    awaiting_approval: `*Chat ${chat.number}* waits until somebody else approves it. ${card}`,
    sending: `*Chat ${chat.number}* is on its way to ${many(chat.counts.total - chat.counts.blocked, 'customer')}. ${card}`,
  }
  return notice('New chat', [mrkdwn(said[chat.state] ?? `*Chat ${chat.number}* was sent already. ${card}`)])
}
