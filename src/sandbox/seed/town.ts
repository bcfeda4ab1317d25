import { actorOf } from '../../core/agents.ts'
import { fromText } from '../../core/document.ts'
import type { Actor } from '../../core/events.ts'
import { postMessage } from '../../core/messages/post.ts'
import { teamById } from '../../core/teams.ts'
import { takeTicket } from '../../core/tickets/assign.ts'
import { ticketByIdentifier } from '../../core/tickets/find.ts'
import type { NewTicket } from '../../core/tickets/form.ts'
import { openTicket } from '../../core/tickets/open.ts'
import { closeTicket } from '../../core/tickets/status.ts'
import type { AgentRow, TeamRow, TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { readPerson } from '../mail/address.ts'
import type { Customer, Mail, ReplyText } from '../mail/types.ts'
import type { World } from '../world.ts'
import type { AgentName } from './people.ts'
import type { TeamName } from './teams.ts'

/** What people at Tulip and their customers do before a visitor comes, each thing at what the clock shows then. */
export interface Town {
  readonly world: World
  readonly agents: Record<AgentName, AgentRow>
  readonly teams: Record<TeamName, TeamRow>
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  actor(name: AgentName): Actor
  /** An agent opens a ticket to a customer (`Name <address>`). */
  open(team: TeamName, by: AgentName, to: string, words: Words, more?: Partial<NewTicket>): Promise<Talk>
  /** A customer writes to a team's address. */
  comesIn(team: TeamName, from: string, words: Words): Promise<Talk>
  /** All that is due at this moment is done: mails are out, answers are in, cards are drawn. */
  settle(): Promise<void>
}

export interface Words {
  subject: string
  text: string
}

/** One conversation of the town. */
export interface Talk {
  readonly id: string
  readonly identifier: string
  readonly customer: Customer
  /** The customer answers the newest mail. */
  hear(text: string, more?: Partial<ReplyText>): Promise<Mail>
  say(by: AgentName, text: string, more?: Partial<Parameters<typeof postMessage>[1]>): Promise<string>
  note(by: AgentName, text: string, more?: Partial<Parameters<typeof postMessage>[1]>): Promise<string>
  take(by: AgentName): Promise<void>
  close(by: AgentName, reason?: string): Promise<void>
}

export function townOf(world: World, agents: Town['agents'], teams: Town['teams']): Town {
  const { mail, overture } = world
  const write: Town['write'] = work => overture.store.write(work)
  const actor = (name: AgentName) => actorOf(agents[name])

  function talkOf({ id, identifier, subject }: TicketRow, customer: Customer): Talk {
    const post = (by: AgentName, text: string, more: Partial<Parameters<typeof postMessage>[1]>) =>
      write(tx =>
        postMessage(tx, { ticketId: id, author: actor(by), body: fromText(text), visibility: 'public', ...more }),
      )
    return {
      id,
      identifier,
      customer,
      async hear(text, more) {
        const mine = customer.inbox.findLast(m => m.subject.includes(subject))
        if (!mine) throw new Error(`${customer.name} has no mail of ${identifier}.`)
        const name = more?.from ? readPerson(more.from).name : customer.name
        const answer = await customer.reply(mine, { text: `${text}\n\n${name}`, quote: 'gmail', ...more })
        await overture.inbox.flush()
        return answer
      },
      say: (by, text, more = {}) => post(by, text, more),
      note: (by, text, more = {}) => post(by, text, { ...more, visibility: 'note' }),
      take: by => write(tx => takeTicket(tx, id, agents[by])),
      close: (by, reason = '') => write(tx => closeTicket(tx, id, reason, actor(by))),
    }
  }

  return {
    world,
    agents,
    teams,
    write,
    actor,
    async open(team, by, to, { subject, text }, more = {}) {
      const ticket = await write(tx =>
        openTicket(tx, {
          teamId: teams[team].id,
          customer: { typed: to },
          subject,
          body: fromText(text),
          priority: 'medium',
          email: true,
          agent: agents[by],
          ...more,
        }),
      )
      return talkOf(ticket, mail.customer(to))
    },
    async comesIn(team, from, { subject, text }) {
      const { store } = overture
      const { prefix, next_number } = await store.read(q => teamById(q, teams[team].id))
      const customer = mail.customer(from)
      await customer.write({ to: `${team.toLowerCase()}@tulip.test`, subject, text: `${text}\n\n${customer.name}` })
      await overture.inbox.flush()
      return talkOf(await store.read(q => ticketByIdentifier(q, `${prefix}-${next_number}`)), customer)
    },
    async settle() {
      await overture.inbox.flush()
      await overture.routing.flush()
      await overture.outbox.flush()
      await overture.announcer.flush()
    },
  }
}
