import type { ImapFlowOptions } from 'imapflow'
import type { AccessTokens } from '../oauth.ts'

/** A folder of somebody's account on an IMAP server. */
export interface Account {
  name: string // `user@host/folder`, for people and as a key; holds no secret
  user: string
  host: string
  folder: string
  connection: Pick<ImapFlowOptions, 'host' | 'port' | 'secure' | 'tls'>
  password: string | null // null: by access token
}

const NEXT_URL = /[\s,]+(?=imaps?:\/\/)/i

/**
 * The folders that IMAP_URL names: one or several URLs, separated by blanks or commas, each with one or several folders
 * (`imaps://user:password@host/INBOX,Sales`). `?auth=oauth2` stands for an access token in place of a password. What is
 * named twice is read once. Throws a TypeError for what is no URL.
 */
export function accountsOf(text: string): Account[] {
  const all = text
    .trim()
    .split(NEXT_URL)
    .flatMap(url => foldersOf(new URL(url)))
  return [...new Map(all.map(a => [a.name, a])).values()]
}

function foldersOf(url: URL): Account[] {
  const user = decodeURIComponent(url.username)
  const secure = url.protocol === 'imaps:'
  const lax = url.searchParams.get('tls.rejectUnauthorized') === 'false'
  const connection = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port ? Number(url.port) : secure ? 993 : 143,
    secure,
    ...(lax ? { tls: { rejectUnauthorized: false } } : {}),
  }
  const password = url.searchParams.get('auth') === 'oauth2' ? null : decodeURIComponent(url.password)
  const folders = url.pathname
    .slice(1)
    .split(',')
    .filter(part => part)
    .map(decodeURIComponent)
  return (folders.length ? folders : ['INBOX']).map(folder => ({
    name: `${user}@${url.hostname}/${folder}`,
    user,
    host: url.hostname,
    folder,
    connection,
    password,
  }))
}

/** What to log in with. Throws as AccessTokens.tokenFor does. */
export async function credentialsOf(
  { user, password }: Account,
  tokens: AccessTokens | null,
): Promise<ImapFlowOptions['auth']> {
  if (password !== null) return { user, pass: password }
  if (!tokens) throw new Error('MAIL_OAUTH_TOKEN_URL and what goes with it is missing.')
  return { user, accessToken: await tokens.tokenFor(user) }
}
