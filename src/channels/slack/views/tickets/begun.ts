import type { ModalView } from '@slack/types'
import type { DraftKind, DraftView } from '../../../../core/drafts.ts'
import { actions, button, confirm, context, cut, modal, oneLine, plain, words } from '../blocks.ts'
import { ids } from '../ids.ts'
import { moment } from '../words.ts'

/** Where somebody wants to write. */
export interface Writing {
  kind: Exclude<DraftKind, 'ticket'>
  ticketId: string | null // of an answer or a note
  origin: string | null // the Slack channel that a chat was asked for in
}

const titles: Record<Writing['kind'], string> = { reply: 'Reply', note: 'Note', chat: 'New chat' }

/** What somebody, or a colleague for the team, began there and has not sent: whether it goes on is theirs to say. */
export function begunView(writing: Writing, { id, about, isOwn, isShared, by, updatedAt }: DraftView): ModalView {
  const isDiscarded = isOwn && !isShared
  const sure = confirm('Start anew?', 'What was written before is discarded.', 'Start anew')
  return modal({
    id: ids.forms.begun,
    title: titles[writing.kind],
    meta: writing,
    blocks: [
      words(`✏️ ${isOwn ? 'You' : cut(oneLine(by), 80)} began this and did not send it:`),
      words(cut([about.title, about.text].map(oneLine).filter(Boolean).join(' · '), 500)),
      context(
        moment(updatedAt),
        plain(isDiscarded ? 'Nobody else sees it.' : 'The team sees it, in Drafts in App Home.'),
      ),
      actions(
        button('Continue draft', ids.continueDraft, id, { style: 'primary' }),
        button('Start anew', ids.startAnew, id, isDiscarded ? { confirm: sure } : {}),
      ),
    ],
  })
}
