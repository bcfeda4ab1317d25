import { LogLevel, type WebAPICallResult, WebClient } from '@slack/web-api'
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
    ui: new LeanClient(token, { ...common, timeout: 2_500 }),
    bulk: new LeanClient(token, { ...common, timeout: 20_000 }),
  }
}

/**
 * Hands views, blocks and the like over as the text that they travel as. Given as objects the client would go through all of
 * them, and write them out once more, for a log that nobody reads.
 */
class LeanClient extends WebClient {
  override apiCall(method: string, options: Record<string, unknown> = {}): Promise<WebAPICallResult> {
    const entries = Object.entries(options).map(([name, value]) => [
      name,
      isPlain(value) ? JSON.stringify(value) : value,
    ])
    return super.apiCall(method, Object.fromEntries(entries))
  }
}

/** Files and streams travel as they are. */
function isPlain(value: unknown): boolean {
  return Array.isArray(value) || (value !== null && Object.getPrototypeOf(value) === Object.prototype)
}
