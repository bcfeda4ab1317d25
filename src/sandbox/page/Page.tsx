import { type ReactNode, useCallback, useEffect, useState } from 'react'
import type { MailSnapshot } from '../mail/types.ts'
import type { SlackSnapshot } from '../slack/types.ts'
import { Mailboxes } from './mail/Mailboxes.tsx'
import type { PageSettings } from './settings.ts'
import { channelOf, DIRECT, HOME, messageOf, type Where } from './slack/useSlack.tsx'
import { Workspace } from './slack/Workspace.tsx'
import { type Shown, TopBar } from './TopBar.tsx'
import { useLive } from './useLive.ts'
import { usePlace } from './usePlace.ts'

/** The whole page: Slack on the left, the customers' mailboxes on the right. */
export function Page({ settings }: { settings: PageSettings }): ReactNode {
  const [place, setPlace] = usePlace({ as: '', mailbox: settings.mailbox })
  const as = (settings.actingAs.find(person => person.id === place.as) ?? settings.actingAs[0])?.id ?? ''
  const [shown, setShown] = useState<Shown>('both')
  const slack = useLive<SlackSnapshot>(`/sandbox/slack/as/${as}`, '/sandbox/slack/events')
  const mail = useLive<MailSnapshot>('/sandbox/mail', '/sandbox/mail/events')
  const where = slack.now && whereIn(slack.now, place, settings)
  const go = useCallback(
    (next: Where) => setPlace(before => ({ ...before, channel: next.channel, thread: next.thread })),
    [setPlace],
  )
  useTitle(slack.now)

  return (
    <div className={`page shows-${shown}`}>
      <TopBar
        hints={settings.hints}
        shown={shown}
        onShow={setShown}
        isSlackDown={slack.now?.outage ?? false}
        isMailDown={mail.now?.outage ?? false}
        connections={slack.now?.app.connections}
      />
      <div className="worlds">
        {slack.now && where ? (
          <Workspace
            now={slack.now}
            isLost={slack.isLost}
            where={where}
            actingAs={settings.actingAs}
            onGo={go}
            onActAs={as => setPlace(before => ({ ...before, as }))}
          />
        ) : (
          <section className="workspace is-loading" aria-busy="true" />
        )}
        {mail.now ? (
          <Mailboxes
            now={mail.now}
            desk={settings.desk ?? []}
            open={place.mailbox}
            onOpen={mailbox => setPlace(before => ({ ...before, mailbox }))}
          />
        ) : (
          <section className="mailboxes is-loading" aria-busy="true" />
        )}
      </div>
    </div>
  )
}

/** Where one is, as far as it is there; or else the channel that the settings name, or the first one that one is in. */
function whereIn(now: SlackSnapshot, place: Partial<Where>, settings: PageSettings): Where {
  const wanted = settings.channel
  const first =
    now.channels.find(channel => channel.id === wanted || channel.name === wanted) ??
    now.channels.find(channel => channel.isMember && channel.kind !== 'im')
  const isThere = place.channel === HOME || place.channel === DIRECT || channelOf(now, place.channel ?? '')
  const thread = place.thread && messageOf(now, place.thread.channel, place.thread.ts) ? place.thread : undefined
  return { channel: (isThere && place.channel) || (first?.id ?? HOME), thread }
}

function useTitle(now: SlackSnapshot | undefined): void {
  const unread = now?.channels.reduce((sum, channel) => sum + channel.unread, 0) ?? 0
  useEffect(() => {
    document.title = document.title.replace(/^\(\d+\) /, '')
    if (unread) document.title = `(${unread}) ${document.title}`
  }, [unread])
}
