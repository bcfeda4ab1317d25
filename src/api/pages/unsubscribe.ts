import type { FastifyInstance, FastifyReply } from 'fastify'
import { readUnsubscribeToken } from '../../core/tokens.ts'
import {
  EVERYTHING,
  type Subscription,
  subscribeAgain,
  subscriptionOf,
  unsubscribe,
} from '../../core/unsubscriptions.ts'
import type { Store, Tx } from '../../db/store.ts'
import { type Page, showPage } from './page.ts'

/**
 * `GET /unsubscribe/TOKEN` asks whoever followed the link in a chat's mail; only `POST` does it, by a button of that page or
 * with one click in a mail program (RFC 8058). 404 for what we did not sign.
 */
export function mountUnsubscribe(server: FastifyInstance, store: Store): void {
  server.register(async scope => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: MOST_BYTES }, (_request, body, done) =>
      done(null, body),
    )
    scope.get<Link>('/unsubscribe/:token', async ({ params }, reply) => {
      const id = readUnsubscribeToken(store.key, params.token)
      return answer(reply, id ? await store.read(q => subscriptionOf(q, id)) : undefined)
    })
    scope.post<Link & { Body: string | undefined }>('/unsubscribe/:token', async ({ params, body }, reply) => {
      const id = readUnsubscribeToken(store.key, params.token)
      const choice = choiceIn(body ?? '')
      if (!id || !choice) return answer(reply, id ? await store.read(q => subscriptionOf(q, id)) : undefined, 400)
      const after = await store.write(tx => choose(tx, id, choice))
      return choice === 'again' && after?.left === null ? showPage(reply, 200, backPage(after)) : answer(reply, after)
    })
  })
}

const MOST_BYTES = 16 * 1024

interface Link {
  Params: { token: string }
}

type Choice = 'kind' | 'everything' | 'again' | 'one-click'

/** What a button of the page, or a mail program, posts; either may come as multipart, so it is looked for and not parsed. */
function choiceIn(body: string): Choice | null {
  if (/\bList-Unsubscribe\b[\s\S]{0,20}?\bOne-Click\b/i.test(body)) return 'one-click'
  const [, chosen] = /^choice=(kind|everything|again)$/.exec(body.trim()) ?? []
  return (chosen as Choice | undefined) ?? null
}

async function choose(tx: Tx, recipientId: string, choice: Choice): Promise<Subscription | undefined> {
  if (choice === 'again') return subscribeAgain(tx, recipientId)
  const s = await subscriptionOf(tx.q, recipientId)
  if (!s) return undefined
  await unsubscribe(tx, {
    address: s.address,
    kind: choice === 'everything' ? EVERYTHING : s.kind,
    chatId: s.chat.id,
    reason: `They unsubscribed ${choice === 'one-click' ? 'in their mail program' : 'by the link'} in chat ${s.chat.number}.`,
    source: choice === 'one-click' ? 'one-click' : 'link',
  })
  return subscriptionOf(tx.q, recipientId)
}

function answer(reply: FastifyReply, s: Subscription | undefined, code = 200): FastifyReply {
  return s ? showPage(reply, code, s.left ? leftPage(s) : askingPage(s)) : showPage(reply, 404, NO_SUCH_LINK)
}

const NO_SUCH_LINK: Page = {
  title: 'There is no such link',
  text: ['Copy the whole link from the mail, or answer that mail with the word “unsubscribe”.'],
}

function askingPage(s: Subscription): Page {
  return {
    title: 'Unsubscribe?',
    text: [`${fromWhom(s)} sends mailings about “${s.kind}” to ${halfHidden(s.address)}.`, STILL],
    buttons: [
      { label: 'Unsubscribe', name: 'choice', value: 'kind', isMain: true },
      { label: 'Unsubscribe from everything', name: 'choice', value: 'everything' },
    ],
  }
}

function leftPage(s: Subscription): Page {
  const what = s.left === 'everything' ? 'any mailing' : `mailings about “${s.kind}”`
  return {
    title: 'You are unsubscribed',
    text: [`${halfHidden(s.address)} does not get ${what} from us any more. The last came from ${fromWhom(s)}.`, STILL],
    buttons: [
      ...(s.mayReturn ? [{ label: 'Subscribe again', name: 'choice', value: 'again' }] : []),
      ...(s.left === 'kind' ? [{ label: 'Unsubscribe from everything', name: 'choice', value: 'everything' }] : []),
    ],
  }
}

function backPage(s: Subscription): Page {
  return { ...askingPage(s), title: 'You are subscribed again' }
}

const STILL = 'Answers to what you write to us still reach you.'

function fromWhom({ team, sender }: Subscription): string {
  return sender ? `${team} (${sender})` : team
}

/** `j***@acme.test`: enough for its owner; whoever else comes by the link learns no address. */
function halfHidden(address: string): string {
  const at = address.lastIndexOf('@')
  return `${[...address.slice(0, at)][0] ?? ''}***${address.slice(at)}`
}
