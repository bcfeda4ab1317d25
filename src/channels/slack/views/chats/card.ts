import type { Button, KnownBlock } from '@slack/types'
import { MOST_STEPS } from '../../../../core/chats/follow-up.ts'
import type { ChatView } from '../../../../core/chats/view.ts'
import type { ChatState } from '../../../../db/schema.ts'
import {
  actions,
  button,
  confirm,
  context,
  cut,
  escaped,
  header,
  mrkdwn,
  oneLine,
  plain,
  rich,
  said,
} from '../blocks.ts'
import { quoted } from '../excerpt.ts'
import { ids } from '../ids.ts'
import { many } from '../tickets/card.ts'
import { moment } from '../words.ts'
import { blockLines, count } from './dry-run.ts'

const EXCERPT = 1_500

/** What chat.postMessage and chat.update take. */
export interface ChatPostView {
  blocks: KnownBlock[]
  text: string
}

/** How the states of a chat are called. */
export const chatStateWords: Record<ChatState, string> = {
  draft: 'Draft',
  scheduled: 'Scheduled',
  awaiting_approval: 'Waits for approval',
  sending: 'Sending',
  paused: 'Paused',
  stopped: 'Stopped',
  finished: 'Sent',
}

/** A chat's card, whole: how far it is, what came of it, and what can be done. */
export function chatCard(chat: ChatView): ChatPostView {
  const text = quoted(chat.body, EXCERPT)
  return {
    blocks: [
      header(`Chat ${chat.number} · ${chat.subject}`),
      rich(
        said(cut(oneLine(chat.author.name), 100), { bold: true }),
        said(` · ${cut(oneLine(chat.sender.name), 100)} <${cut(chat.sender.address, 320)}>`),
      ),
      context(...stateLine(chat)),
      ...reasons(chat),
      ...(isUnderWay(chat) ? progress(chat) : planned(chat)),
      ...steps(chat),
      ...text.blocks,
      ...(text.isCut ? [context('The message goes on.')] : []),
      { ...actions(...buttons(chat)), block_id: 'chat' }, // a confirmation is answered after the next drawing
    ],
    text: escaped(cut(`Chat ${chat.number} · ${oneLine(chat.subject)} · ${chatStateWords[chat.state]}`, 400)),
  }
}

function isUnderWay({ state, startedAt }: ChatView): boolean {
  return startedAt !== null || state === 'sending' || state === 'finished'
}

function stateLine(chat: ChatView): string[] {
  const { state, dueAt, endsAt, startedAt, finishedAt, approvedBy } = chat
  return [
    `*${chatStateWords[state]}*`,
    ...(state === 'scheduled' && dueAt !== null ? [`goes out ${moment(dueAt)} unless somebody stops it`] : []),
    ...(startedAt !== null ? [`began ${moment(startedAt)}`] : []),
    ...(state === 'sending' && endsAt !== null ? [`ends at about ${moment(endsAt, 'time')}`] : []),
    ...(finishedAt !== null ? [`ended ${moment(finishedAt)}`] : []),
    ...(approvedBy === null ? [] : [`approved by ${escaped(cut(oneLine(approvedBy), 80))}`]),
  ]
}

/** Others' words: shown as they are. */
function reasons({ state, reason, approvalReason }: ChatView): KnownBlock[] {
  return [
    ...(reason && state !== 'scheduled' ? [context(plain(cut(`⚠️ ${oneLine(reason)}`, 1_000)))] : []),
    ...(state === 'awaiting_approval' && approvalReason
      ? [context(plain(cut(`🤝 ${oneLine(approvalReason)}`, 1_000)))]
      : []),
  ]
}

/** Before it is sent: what the dry run found. */
function planned({ counts, dryRun }: ChatView): KnownBlock[] {
  const willGet = dryRun?.willGet ?? counts.total - counts.blocked
  return [
    mrkdwn(`*${count(willGet)} of ${count(dryRun?.total ?? counts.total)}* will get it.`),
    ...(dryRun ? blockLines(dryRun) : []),
  ]
}

function progress({ counts }: ChatView): KnownBlock[] {
  const all = counts.total - counts.blocked
  const done = all - counts.queued - counts.leftOut
  const facts: [string, number, 'always' | 'if any'][] = [
    ['queued', counts.queued, 'always'],
    ['sent', counts.sent, 'always'],
    ['bounced', counts.bounced, 'always'],
    ['answered', counts.answered, 'always'],
    ['out of office', counts.outOfOffice, 'if any'],
    ['unsubscribed', counts.unsubscribed, 'always'],
    ['closed', counts.closed, 'always'],
    ['failed', counts.failed, 'if any'],
    ['left out', counts.leftOut, 'if any'],
    ['blocked', counts.blocked, 'if any'],
  ]
  const shown = facts.filter(([, n, when]) => when === 'always' || n > 0)
  return [
    mrkdwn(`${bar(done, all)} *${count(done)} of ${count(all)}*`),
    mrkdwn(shown.map(([what, n]) => `${what} *${count(n)}*`).join(' · ')),
  ]
}

const BAR = 20

/** Twenty characters that fill up; full only once all is done. */
export function bar(done: number, all: number): string {
  const share = all > 0 ? Math.min(Math.max(done / all, 0), 1) : 0
  const full = Math.floor(share * BAR)
  return `${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${Math.floor(share * 100)} %`
}

const LONGEST_STEP = 100

function steps({ steps }: ChatView): KnownBlock[] {
  if (!steps.length) return []
  return [context(plain(cut(steps.map(stepWords).join('\n'), 1_500)))]
}

export function stepWords({ step, workingDays, text }: ChatView['steps'][number]): string {
  const when = workingDays === 0 ? 'at once' : `after ${many(workingDays, 'working day')}`
  return `Follow-up ${step}, ${when}: ${cut(oneLine(text), LONGEST_STEP)}`
}

function buttons(chat: ChatView): (Button | false)[] {
  const { id, state } = chat
  const goesOn = state === 'sending' || (state === 'finished' && chat.counts.toFollow > 0)
  const canStop = goesOn || ['scheduled', 'awaiting_approval', 'paused'].includes(state)
  const canFollow = ['sending', 'paused', 'finished'].includes(state) && chat.steps.length < MOST_STEPS
  const left = chat.counts.waiting
  return [
    state === 'draft' && button('Dry run', ids.openDryRun, id, { style: 'primary' }),
    state === 'draft' && button('Discard', ids.discardChat, id, { confirm: discarding(chat) }),
    state === 'awaiting_approval' && button('Approve', ids.approveChat, id, { style: 'primary' }),
    state === 'paused' && button('Resume', ids.resumeChat, id, { style: 'primary' }),
    goesOn && button('Pause', ids.pauseChat, id),
    canStop && button('Stop', ids.stopChat, id, { style: 'danger', confirm: stopping(chat) }),
    canFollow && left > 0 && button(`Follow up ${count(left)} who did not answer`, ids.followUp, id),
    button('Recipients (CSV)', ids.recipientsCsv, id),
    isUnderWay(chat) && button('Report', ids.chatReport, id),
    ['stopped', 'finished'].includes(state) && button('Copy', ids.copyChat, id),
  ]
}

function stopping({ number, counts }: ChatView) {
  const left = many(counts.queued, 'customer')
  return confirm(
    `Stop chat ${number}?`,
    `${left} get nothing then. What is sent stays sent, and a chat that was stopped cannot go on; Copy begins another like it.`,
    'Stop',
  )
}

function discarding({ number }: ChatView) {
  return confirm(`Discard chat ${number}?`, 'The draft and its list are gone then.', 'Discard')
}
