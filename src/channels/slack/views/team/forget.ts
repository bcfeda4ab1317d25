import type { KnownBlock } from '@slack/types'
import type { ForgetOutlook } from '../../../../core/erase/begin.ts'
import { actions, button, confirm, cut, escaped, oneLine, words } from '../blocks.ts'
import { ids } from '../ids.ts'
import { many } from '../tickets/card.ts'

/** What forgetting somebody would take away, with the button that does it. */
export function forgetPrompt(outlook: ForgetOutlook): { text: string; blocks: KnownBlock[] } {
  const who = outlook.name
    ? `${cut(oneLine(outlook.name), 120)} (${outlook.addresses.join(', ')})`
    : outlook.addresses[0]
  const counts = countsOf(outlook)
  const text = `Forget ${cut(who ?? '', 800)} for good? ${counts} are erased: words, files, names, the mails as they came in, and what Overture posted in Slack. Only a hash stays, so that nothing is sent there by accident. It cannot be undone.`
  return {
    text: escaped(text),
    blocks: [
      words(text),
      actions(
        button('Forget them', ids.forget, outlook.addresses[0] ?? '', {
          style: 'danger',
          confirm: confirm('Forget them for good?', `${counts}. That cannot be undone.`, 'Forget them'),
        }),
      ),
    ],
  }
}

function countsOf({ tickets, messages, mails, chats }: ForgetOutlook): string {
  return [
    many(tickets, 'ticket'),
    many(messages, 'message'),
    many(mails, 'raw mail'),
    `${many(chats, 'line')} of chats`,
  ]
    .join(', ')
    .replace(/, ([^,]*)$/, ' and $1')
}
