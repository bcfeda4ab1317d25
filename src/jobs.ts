import { schedule } from 'node-cron'
import { tendSilences } from './core/auto-close/tend.ts'
import { endBans } from './core/bans.ts'
import { chartFinished } from './core/chats/chart.ts'
import { tellOfLate } from './core/deliveries/late.ts'
import { pruneDrafts } from './core/drafts.ts'
import { dropOldMail } from './core/dropped.ts'
import { pruneHooks } from './core/hooks/log.ts'
import { pruneInbound } from './core/inbound/store.ts'
import { pruneAnswers } from './core/programs/once.ts'
import { pruneUploads } from './core/programs/uploads.ts'
import { remindOfUndecided } from './core/reminders.ts'
import { releaseScheduled } from './core/schedule/release.ts'
import { tendAllClocks } from './core/sla/tend.ts'
import { sendDigests } from './core/stats/digest.ts'
import { resumeDeeds } from './core/tickets/deeds.ts'
import { showOverdue } from './core/tickets/details.ts'
import { sayReminders } from './core/tickets/remind.ts'
import { wakeAllDue } from './core/tickets/snooze.ts'
import type { Store } from './db/store.ts'
import type { Log } from './lib/log.ts'

/** However many were to go at nine. */
async function releaseAll(store: Store): Promise<void> {
  while ((await store.write(releaseScheduled)) > 0);
}

/** What runs when. Raw mail is kept for `keepMailDays`, or, with 0, for ever. */
export function startJobs(
  store: Store,
  log: Log,
  { keepMailDays, tendQueue }: { keepMailDays: number; tendQueue: () => void },
): { stop(): Promise<void> } {
  const jobs = [
    schedule(
      '17 * * * *',
      run('pruning', () => store.write(pruneInbound)),
    ),
    schedule(
      '27 * * * *',
      run('forgetting old drafts', () => store.write(pruneDrafts)),
    ),
    schedule(
      '47 * * * *',
      run('forgetting what programs were answered', () => store.write(pruneAnswers)),
    ),
    schedule(
      '57 * * * *',
      run('forgetting files that nobody used', () => store.write(pruneUploads)),
    ),
    schedule(
      '7 * * * *',
      run('forgetting what programs were told', () => pruneHooks(store)),
    ),
    schedule(
      '37 * * * *',
      run('dropping old mail', () => dropOldMail(store, keepMailDays)),
    ),
    everyMinute('reminding', () => store.write(remindOfUndecided)),
    everyMinute('ending bans', () => store.write(endBans)),
    everyMinute('reminding of customers who did not answer', () => store.write(sayReminders)),
    everyMinute('sending scheduled mails', () => releaseAll(store)),
    everyMinute('telling of late mails', () => store.write(tellOfLate)),
    everyMinute('waking snoozed tickets', () => wakeAllDue(store)),
    everyMinute('ending what was cut off', () => resumeDeeds(store)),
    everyMinute('charting chats', () => store.write(chartFinished)),
    everyMinute('showing what is overdue', () => store.write(showOverdue)),
    everyMinute('giving out tickets', async () => tendQueue()),
    everyMinute('keeping promises', () => tendAllClocks(store)),
    everyMinute('tending silent tickets', () => tendSilences(store)),
    everyMinute('telling of the week', () => sendDigests(store)),
  ]

  function everyMinute(name: string, work: () => Promise<unknown>) {
    return schedule('* * * * *', run(name, work))
  }

  function run(name: string, work: () => Promise<unknown>): () => Promise<void> {
    return async () => {
      try {
        await work()
      } catch (error) {
        log.error({ err: error, job: name }, 'A job failed; it runs again at its time.')
      }
    }
  }

  return {
    async stop() {
      await Promise.all(jobs.map(j => j.stop()))
    },
  }
}
