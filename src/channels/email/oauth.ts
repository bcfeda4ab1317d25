/** How access tokens for mail servers are obtained (RFC 6749), instead of a password. */
export interface OAuthSettings {
  tokenUrl: string // such as https://oauth2.googleapis.com/token
  clientId: string
  clientSecret: string | null
  refreshToken: string | null // one user's (Google); null: client credentials, for any user of the tenant (Microsoft 365)
  scope: string | null // such as https://outlook.office365.com/.default
}

export interface AccessTokens {
  /**
   * A token that is good for at least a minute, from memory where there is one. Throws AccessRefused when the provider
   * says no, an Error when it cannot be reached or makes no sense; both say so in a finished sentence.
   */
  tokenFor(user: string): Promise<string>
  /** The token was not accepted: the next one is asked for anew. */
  forget(user: string): void
}

/** The provider gives no token, and another try would be the same until an operator acts. */
export class AccessRefused extends Error {
  override name = 'AccessRefused'
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>

interface Token {
  value: string
  until: number // ms UTC
}

const SPARE_MS = 60_000 // a log-in takes a while, and clocks differ
const LIFETIME_SECONDS = 300 // where the provider does not say
const ANSWER_MS = 20_000
const LONGEST_ANSWER = 64 * 1024

/** Access tokens for mail servers, each kept until a minute before it expires; one request at a time for each user. */
export function createAccessTokens(
  settings: OAuthSettings,
  fetch: Fetch = globalThis.fetch,
  now: () => number = Date.now,
): AccessTokens {
  const known = new Map<string, Token>()
  const asked = new Map<string, Promise<string>>()
  let { refreshToken } = settings

  async function ask(user: string): Promise<string> {
    const answer = await request(fetch, settings, refreshToken)
    if (answer.refresh_token) refreshToken = answer.refresh_token // some providers give another with each token
    const lifetime = Number(answer.expires_in) > 0 ? Number(answer.expires_in) : LIFETIME_SECONDS
    known.set(user, { value: answer.access_token, until: now() + lifetime * 1000 - SPARE_MS })
    return answer.access_token
  }

  return {
    tokenFor(user) {
      const token = known.get(user)
      if (token && token.until > now()) return Promise.resolve(token.value)
      const pending = asked.get(user) ?? ask(user).finally(() => asked.delete(user))
      asked.set(user, pending)
      return pending
    },
    forget(user) {
      known.delete(user)
    },
  }
}

interface Granted {
  access_token: string
  expires_in?: number | string
  refresh_token?: string
}

async function request(fetch: Fetch, settings: OAuthSettings, refreshToken: string | null): Promise<Granted> {
  const response = await reach(fetch, settings, refreshToken)
  const text = (await response.text().catch(() => '')).slice(0, LONGEST_ANSWER)
  const answer = objectIn(text)
  if (response.ok && typeof answer.access_token === 'string') return answer as unknown as Granted
  const why = reasonIn(answer) || `HTTP ${response.status}`
  if (response.status >= 400 && response.status < 500 && response.status !== 429)
    throw new AccessRefused(`The mail provider does not renew the access (${why}).`)
  throw new Error(`The mail provider gives no access at the moment (${why}).`)
}

async function reach(fetch: Fetch, settings: OAuthSettings, refreshToken: string | null): Promise<Response> {
  const { tokenUrl, clientId, clientSecret, scope } = settings
  const form = new URLSearchParams({
    ...(refreshToken
      ? { grant_type: 'refresh_token', refresh_token: refreshToken }
      : { grant_type: 'client_credentials' }),
    client_id: clientId,
    ...(clientSecret ? { client_secret: clientSecret } : {}),
    ...(scope ? { scope } : {}),
  })
  try {
    return await fetch(tokenUrl, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' },
      body: form.toString(),
      redirect: 'error', // it would carry the secret elsewhere
      signal: AbortSignal.timeout(ANSWER_MS),
    })
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string } }
    const why = cause?.code ?? message
    throw new Error(`The token server ${new URL(tokenUrl).host} cannot be reached (${why}).`, { cause: error })
  }
}

/** RFC 6749, 5.2: a code, and perhaps a sentence of the provider's. */
function reasonIn({ error, error_description }: Record<string, unknown>): string {
  return [error, error_description]
    .filter(part => typeof part === 'string')
    .join(': ')
    .replace(/\s+/g, ' ')
    .slice(0, 300)
}

function objectIn(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
