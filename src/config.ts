import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { z } from 'zod'
import type { ReplyMode } from './db/schema.ts'
import { isUrlOf } from './lib/url.ts'

export interface Config {
  slack: {
    botToken: string
    appToken: string | null // Socket Mode
    signingSecret: string | null // HTTP mode
    apiUrl: string | undefined
  }
  desk: { place: string; holdMs: number; replyMode: ReplyMode } | null // the first team
  mail: {
    smtpUrl: string | null
    from: { address: string; name: string } | null // the first sender
    imapUrl: string | null
    listen: { host: string; port: number } | null
    oauth: OAuth | null // how access tokens are got, for mail servers that take no passwords
    tls: { cert: string; key: string } | null // files of the listener
    relays: string[] | null // networks of hosts that hand the listener others' mail; null: loopback and private ones
    authservIds: string[] // whose Authentication-Results are believed
    webhookSecret: string | null // null: no mail is taken in by HTTP
    keepDays: number // raw mail; 0: for ever
    perMinute: number // mails to one domain
    maxBytes: number // of the files of one mail that goes out, as they travel
  }
  databaseUrl: string
  http: { host: string; port: number; publicUrl: string | null; localHooks: boolean; metricsToken: string | null }
  api: {
    perMinute: number // requests of one key
    proxies: string[] // networks whose word on where a request comes from is believed
  }
  secret: string | undefined
  logLevel: string
}

export interface OAuth {
  tokenUrl: string
  clientId: string
  clientSecret: string | null
  refreshToken: string | null
  scope: string | null
}

/** A start that cannot be, with all its reasons; the message is for the operator. */
export class ConfigFault extends Error {
  override name = 'ConfigFault'
}

const text = z.string().trim().min(1)
const url = (schemes: string, example: string) =>
  text.regex(new RegExp(`^(${schemes})://[^\\s]+$`, 'i'), `is not an address such as ${example}`)

const words = (value: string) => value.split(/[\s,]+/).filter(word => word)
const isNetwork = (text: string) => {
  const [address = '', bits] = text.split('/')
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  return most > 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
}
const Settings = z.object({
  SLACK_BOT_TOKEN: text.regex(/^xoxb-/, 'must be the bot token; it begins with xoxb-'),
  SLACK_APP_TOKEN: text.regex(/^xapp-/, 'must be an app-level token; it begins with xapp-').optional(),
  SLACK_SIGNING_SECRET: text.optional(),
  SLACK_API_URL: url('https?', 'https://slack.com/api/').optional(),
  DESK_CHANNEL: text.regex(/^[CG][A-Z0-9]{2,}$/, 'must be a channel id such as C0123456789, not a name').optional(),
  SMTP_URL: text
    .refine(
      value => /^sendmail:(\/\S+)?$/i.test(value) || isUrlOf(['smtp:', 'smtps:'], value),
      'is not an address such as smtps://user:password@mail.example.com:465 (special characters in the password are written with %)',
    )
    .optional(),
  MAIL_PER_MINUTE: z.coerce.number().int().min(1).max(1_000_000).default(60),
  MAIL_OAUTH_TOKEN_URL: url('https?', 'https://oauth2.googleapis.com/token').optional(),
  MAIL_OAUTH_CLIENT_ID: text.optional(),
  MAIL_OAUTH_CLIENT_SECRET: text.optional(),
  MAIL_OAUTH_REFRESH_TOKEN: text.optional(),
  MAIL_OAUTH_SCOPE: text.optional(),
  MAIL_FROM: text
    .transform((value, ctx) => {
      const found = /^(?:"?([^"<]*?)"?\s*<)?([^\s<>@]+@[^\s<>@]+\.[^\s<>@]+)>?$/.exec(value)
      if (found) return { name: found[1] ?? '', address: (found[2] ?? '').toLowerCase() }
      ctx.addIssue({ code: 'custom', message: 'must look like Acme Support <support@acme.com>' })
      return z.NEVER
    })
    .optional(),
  IMAP_URL: text
    .refine(
      value => value.split(/[\s,]+(?=imaps?:\/\/)/i).every(part => isUrlOf(['imap:', 'imaps:'], part)),
      'is not an address such as imaps://user:password@mail.example.com:993/INBOX, nor several with blanks between',
    )
    .optional(),
  MAIL_LISTEN: text
    .transform((value, ctx) => {
      const found = /^(.*):(\d{1,5})$/.exec(value)
      if (found && Number(found[2]) < 65_536) return { host: found[1] || '0.0.0.0', port: Number(found[2]) }
      ctx.addIssue({ code: 'custom', message: 'must look like 0.0.0.0:25' })
      return z.NEVER
    })
    .optional(),
  MAIL_TLS_CERT: text.optional(),
  MAIL_TLS_KEY: text.optional(),
  MAIL_TRUSTED_RELAYS: text
    .transform(words)
    .refine(
      list => list.every(isNetwork) || list.join() === 'none',
      'must be addresses or networks such as 192.0.2.1 10.0.0.0/8, or none',
    )
    .optional(),
  MAIL_AUTHSERV_ID: text.transform(words).default([]),
  MAIL_WEBHOOK_SECRET: text.min(16, 'is too short to be a secret: give at least 16 characters').optional(),
  MAIL_KEEP_DAYS: z.coerce.number().int().min(0).max(36_500).default(90),
  MAIL_MAX_MB: z.coerce.number().min(1).max(100).default(20),
  DATABASE_URL: text.default('data/overture.db'),
  HOST: text.default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  PUBLIC_URL: url('https?', 'https://overture.example.com').optional(),
  HOOKS_LOCAL: z.stringbool().default(false),
  METRICS_TOKEN: text.min(16, 'is too short to be a secret: give at least 16 characters').optional(),
  API_PER_MINUTE: z.coerce.number().int().min(1).max(1_000_000).default(600),
  TRUSTED_PROXIES: text
    .transform(value => (value === 'none' ? [] : words(value)))
    .refine(list => list.every(isNetwork), 'must be addresses or networks such as 192.0.2.1 10.0.0.0/8, or none')
    .default(['127.0.0.0/8', '::1']),
  APP_SECRET: text.min(16, 'is too short to be a secret: give at least 16 characters').optional(),
  HOLD_SECONDS: z.coerce.number().min(0).max(600).default(10),
  REPLY_MODE: z.enum(['ask', 'direct', 'notes']).default('ask'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
})

/**
 * Reads every setting from the environment, once. `NAME_FILE` names a file to read NAME from. Throws one ConfigFault that
 * names all faults together.
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const faults: string[] = []
  const values = given(env, faults)
  const parsed = Settings.safeParse(values)
  if (!parsed.success) for (const issue of parsed.error.issues) faults.push(sentence(issue, env))
  const s = parsed.data
  faults.push(...missingTogether(env, values))
  if (!s || faults.length) throw new ConfigFault(['Overture cannot start:', ...faults.map(f => `  - ${f}`)].join('\n'))
  return {
    slack: {
      botToken: s.SLACK_BOT_TOKEN,
      appToken: s.SLACK_APP_TOKEN ?? null,
      signingSecret: s.SLACK_SIGNING_SECRET ?? null,
      apiUrl: s.SLACK_API_URL,
    },
    desk: s.DESK_CHANNEL ? { place: s.DESK_CHANNEL, holdMs: s.HOLD_SECONDS * 1000, replyMode: s.REPLY_MODE } : null,
    mail: {
      smtpUrl: s.SMTP_URL ?? null,
      from: s.MAIL_FROM ?? null,
      imapUrl: s.IMAP_URL ?? null,
      listen: s.MAIL_LISTEN ?? null,
      oauth: oauthOf(s),
      tls: s.MAIL_TLS_CERT && s.MAIL_TLS_KEY ? { cert: s.MAIL_TLS_CERT, key: s.MAIL_TLS_KEY } : null,
      relays: s.MAIL_TRUSTED_RELAYS?.filter(r => r !== 'none') ?? null,
      authservIds: s.MAIL_AUTHSERV_ID,
      webhookSecret: s.MAIL_WEBHOOK_SECRET ?? null,
      keepDays: s.MAIL_KEEP_DAYS,
      perMinute: s.MAIL_PER_MINUTE,
      maxBytes: Math.round(s.MAIL_MAX_MB * 1024 * 1024),
    },
    databaseUrl: s.DATABASE_URL,
    http: {
      host: s.HOST,
      port: s.PORT,
      publicUrl: s.PUBLIC_URL ?? null,
      localHooks: s.HOOKS_LOCAL,
      metricsToken: s.METRICS_TOKEN ?? null,
    },
    api: { perMinute: s.API_PER_MINUTE, proxies: s.TRUSTED_PROXIES },
    secret: s.APP_SECRET,
    logLevel: s.LOG_LEVEL,
  }
}

/** Only what says where everything is kept, for tools that need no more. Throws a ConfigFault. */
export function readDatabase(env: Record<string, string | undefined>): Pick<Config, 'databaseUrl' | 'secret'> {
  const faults: string[] = []
  const parsed = Settings.pick({ DATABASE_URL: true, APP_SECRET: true }).safeParse(given(env, faults))
  if (!parsed.success) for (const issue of parsed.error.issues) faults.push(sentence(issue, env))
  if (!parsed.data || faults.length) throw new ConfigFault(faults.join('\n'))
  return { databaseUrl: parsed.data.DATABASE_URL, secret: parsed.data.APP_SECRET }
}

function oauthOf(s: z.infer<typeof Settings>): OAuth | null {
  if (!s.MAIL_OAUTH_TOKEN_URL || !s.MAIL_OAUTH_CLIENT_ID) return null
  return {
    tokenUrl: s.MAIL_OAUTH_TOKEN_URL,
    clientId: s.MAIL_OAUTH_CLIENT_ID,
    clientSecret: s.MAIL_OAUTH_CLIENT_SECRET ?? null,
    refreshToken: s.MAIL_OAUTH_REFRESH_TOKEN ?? null,
    scope: s.MAIL_OAUTH_SCOPE ?? null,
  }
}

function given(env: Record<string, string | undefined>, faults: string[]): Record<string, string> {
  const values: Record<string, string> = {}
  for (const name of Object.keys(Settings.shape)) {
    const file = env[`${name}_FILE`]
    if (file) {
      try {
        values[name] = readFileSync(file, 'utf8').trim()
      } catch {
        faults.push(`${name}_FILE: the file ${file} cannot be read.`)
      }
    } else if (env[name]?.trim()) values[name] = env[name]
  }
  return values
}

function sentence(issue: z.core.$ZodIssue, env: Record<string, string | undefined>): string {
  const name = String(issue.path[0])
  if (!env[name] && !env[`${name}_FILE`]) return `${name} is missing.`
  return `${name} ${issue.code === 'custom' || issue.code === 'invalid_format' || issue.code === 'too_small' ? issue.message : `is not right: ${issue.message}`}.`
}

function missingTogether(env: Record<string, string | undefined>, values: Record<string, string>): string[] {
  const has = (name: string) => Boolean(env[name]?.trim() || env[`${name}_FILE`])
  const faults: string[] = []
  if (!has('SLACK_APP_TOKEN') && !has('SLACK_SIGNING_SECRET'))
    faults.push('Give SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP mode).')
  if (has('MAIL_OAUTH_TOKEN_URL') !== has('MAIL_OAUTH_CLIENT_ID'))
    faults.push('MAIL_OAUTH_TOKEN_URL and MAIL_OAUTH_CLIENT_ID belong together: give both or neither.')
  for (const name of ['IMAP_URL', 'SMTP_URL'])
    if (/[?&]auth=oauth2/i.test(values[name] ?? '') && !has('MAIL_OAUTH_TOKEN_URL'))
      faults.push(`${name} asks for OAuth 2: give MAIL_OAUTH_TOKEN_URL, MAIL_OAUTH_CLIENT_ID and what goes with them.`)
  if (has('MAIL_TLS_CERT') !== has('MAIL_TLS_KEY'))
    faults.push('MAIL_TLS_CERT and MAIL_TLS_KEY belong together: give both or neither.')
  if (has('SMTP_URL') !== has('MAIL_FROM')) faults.push('SMTP_URL and MAIL_FROM belong together: give both or neither.')
  return faults
}
