import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react'
import type { SlackSnapshot } from '../../slack/types.ts'
import { call, Refusal } from '../api.ts'
import { Channel } from './Channel.tsx'
import { ConfirmDialog } from './ConfirmDialog.tsx'
import { Home } from './Home.tsx'
import { ModalStack } from './Modal.tsx'
import { Sidebar } from './Sidebar.tsx'
import { Thread } from './Thread.tsx'
import { Toasts, useToasts } from './Toasts.tsx'
import { type Confirm, DIRECT, directOf, HOME, placeOfLink, type Seat, SlackContext, type Where } from './useSlack.tsx'

interface WorkspaceLook {
  now: SlackSnapshot
  isLost: boolean
  where: Where
  actingAs: { id: string; name: string }[]
  onGo(where: Where): void
  onActAs(id: string): void
}

/** The imaginary Slack: sidebar, channel or Home, thread, and what lies above them. */
export function Workspace({ now, isLost, where, actingAs, onGo, onActAs }: WorkspaceLook): ReactNode {
  const toasts = useToasts(now)
  const [question, setQuestion] = useState<Question>()
  const me = now.me.id
  const channel = where.channel === DIRECT ? (directOf(now)?.id ?? DIRECT) : where.channel

  const post = useCallback(
    <T,>(verb: string, body: unknown) => call<T>('POST', `/sandbox/slack/as/${me}/${verb}`, body),
    [me],
  )
  const attempt = useCallback(
    async (work: () => Promise<unknown>) => {
      try {
        await work()
        return true
      } catch (error) {
        if (error instanceof Refusal) toasts.tell(error.message, error.code)
        else toasts.tell(String(error))
        return false
      }
    },
    [toasts.tell],
  )
  const confirm = useCallback((asked: Confirm) => new Promise<boolean>(resolve => setQuestion({ asked, resolve })), [])
  const latest = useRef({ now, onGo })
  latest.current = { now, onGo }
  const follow = useCallback((href: string) => {
    const place = placeOfLink(latest.current.now, href)
    if (place) latest.current.onGo(place)
    return place !== undefined
  }, [])
  const seat = useMemo<Seat>(
    () => ({ now, where, go: onGo, post, attempt, confirm, follow, tell: toasts.tell }),
    [now, where, onGo, post, attempt, confirm, follow, toasts.tell],
  )

  return (
    <SlackContext value={seat}>
      <section className="workspace" aria-label="Slack workspace">
        <Sidebar actingAs={actingAs} onActAs={onActAs} />
        {channel === HOME ? <Home key={me} /> : <Channel key={`${me}/${channel}`} id={channel} />}
        {where.thread && <Thread key={`${me}/${where.thread.ts}`} {...where.thread} />}
        <ModalStack />
        {question && (
          <ConfirmDialog
            question={question.asked}
            onAnswer={answer => {
              setQuestion(undefined)
              question.resolve(answer)
            }}
          />
        )}
        <Toasts toasts={toasts.all} onDismiss={toasts.dismiss} />
        {(now.outage || isLost) && (
          <div className="outage" role="status">
            {isLost ? 'The demo cannot be reached; trying again…' : 'Slack is down: you switched it off.'}
          </div>
        )}
      </section>
    </SlackContext>
  )
}

interface Question {
  asked: Confirm
  resolve(answer: boolean): void
}
