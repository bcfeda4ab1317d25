import { LogLevel, WebClient } from '@slack/web-api'
import { leanFetch } from './post.ts'

/**
 * Two clients, since one that waits out a 429 would hold up a form whose trigger lives three seconds. Neither waits out a
 * rate limit nor repeats a post by itself: a repeated post is two messages, and the outbox repeats with care.
 */
export function createClients(token: string, apiUrl: string | undefined): { ui: WebClient; bulk: WebClient } {
  const common = {
    fetch: leanFetch,
    ...(apiUrl ? { slackApiUrl: apiUrl } : {}),
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
    retryConfig: { retries: 0 },
  }
  return {
    ui: new WebClient(token, { ...common, timeout: 2_500 }),
    bulk: new WebClient(token, { ...common, timeout: 20_000 }),
  }
}
