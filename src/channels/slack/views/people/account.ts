import type { ModalView } from '@slack/types'
import type { AccountPage } from '../../../../core/people/account.ts'
import { button, context, cut, mrkdwn, notice, oneLine, plain, words } from '../blocks.ts'
import { ids } from '../ids.ts'
import { many } from '../tickets/card.ts'
import { factBlocks, historyBlocks, ticketBlocks } from './page.ts'

/** A company: its people and its newest tickets. */
export function accountView(account: AccountPage): ModalView {
  const { name, domain, people, peopleCount, tickets, openCount } = account
  const facts = [
    domain ?? 'no domain',
    peopleCount === 1 ? '1 person' : `${peopleCount} people`,
    many(openCount, 'open ticket'),
  ]
  return notice('Company', [
    words(cut(oneLine(name), 200)),
    context(plain(facts.join(' · '))),
    ...factBlocks({ tags: [], fields: account.fields }),
    mrkdwn('*People*'),
    ...people.map(p =>
      words(`${cut(oneLine(p.name), 200)} · ${cut(p.address, 320)}`, button('Open', ids.openPerson, p.id)),
    ),
    ...(peopleCount > people.length ? [context(`The newest ${people.length} of ${peopleCount}.`)] : []),
    mrkdwn('*Tickets*'),
    ...(tickets.length ? ticketBlocks(tickets) : [context('None yet.')]),
    ...historyBlocks(account.history),
  ])
}
