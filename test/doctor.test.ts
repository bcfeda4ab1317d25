import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { accountsOf } from '../src/channels/email/receive/account.ts'
import { readConfig } from '../src/config.ts'
import { addSender } from '../src/core/senders/edit.ts'
import { teams } from '../src/core/teams.ts'
import { welcome } from '../src/core/welcome.ts'
import { openStore } from '../src/db/open.ts'
import { examine, report } from '../src/doctor.ts'
import { startMail } from '../src/sandbox/mail/world.ts'
import { startSlack } from '../src/sandbox/slack/server.ts'
import { lookupIn, type Zone } from './channels/email/zone.ts'
import { newDatabase } from './support/database.ts'
import { startImap } from './support/imap.ts'
import { freePort } from './support/process.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function patient(manifest = readFileSync('manifest.yml', 'utf8')) {
  const slack = await startSlack({ manifest })
  const mail = await startMail({ auth: { user: 'desk', pass: 'right' } })
  const imap = await startImap()
  const database = await newDatabase()
  closing.push(
    () => database.drop(),
    () => imap.close(),
    () => mail.close(),
    () => slack.close(),
  )
  const env = {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    DESK_CHANNEL: slack.channel('support').id,
    SMTP_URL: mail.smtpUrl,
    MAIL_FROM: 'Tulip <support@tulip.test>',
    IMAP_URL: imap.url,
    DATABASE_URL: database.url,
  }
  return {
    slack,
    mail,
    env,
    look: async (changed: Record<string, string> = {}, zone: Zone | null = ZONE) =>
      report(await examine(readConfig({ ...env, ...changed }), { lookup: lookupIn(zone) })),
  }
}

const ZONE: Zone = {
  'tulip.test': { mx: ['mx.tulip.test'], txt: ['v=spf1 mx ~all'] },
  '_dmarc.tulip.test': { txt: ['v=DMARC1; p=none'] },
}

describe('the doctor', () => {
  it('finds all well where all is', async () => {
    const { look } = await patient()
    const lines = (await look()).split('\n')
    expect(lines.filter(line => line.startsWith('BAD'))).toEqual([])
    expect(lines.filter(line => line.startsWith('ok')).length).toBeGreaterThanOrEqual(8)
    expect(lines).toContain('?    Round trip: not tried.')
  })

  it('says what the manifest lacks for tickets to be shown below their links', async () => {
    const { look } = await patient()
    const found = await look({ PUBLIC_URL: 'https://overture.tulip.test' })
    expect(found).toContain('?    Ticket links: manifest.yml names no unfurl_domains for overture.tulip.test')
    expect(found).toContain('     -> Add "unfurl_domains: [overture.tulip.test]" to its features')
    expect(await look()).not.toContain('Ticket links')
  })

  it('asks the DNS of the sender’s domain, and does not blame it when nobody answers', async () => {
    const { look } = await patient()
    const empty = await look({}, {})
    expect(empty).toContain('BAD  SPF of tulip.test: there is none')
    expect(empty).toContain('     -> Publish one TXT record at tulip.test')
    const offline = await look({}, null)
    expect(offline).not.toContain('BAD')
    expect(offline).toContain('?    MX of tulip.test: could not be looked up (ETIMEOUT).')
  })

  it('sends a mail from each sender to its own reply address, when asked to, and waits for it', async () => {
    const { env } = await patient()
    const port = await freePort()
    const { IMAP_URL: _, ...rest } = { ...env, MAIL_LISTEN: `127.0.0.1:${port}` }
    const config = readConfig({ ...rest, SMTP_URL: `smtp://127.0.0.1:${port}` }) // what goes out comes in
    const store = await openStore(config.databaseUrl, config.secret)
    await store.write(tx => welcome(tx, { desk: config.desk, from: config.mail.from }))
    await store.close()
    const lookup = lookupIn(ZONE)
    const found = report(await examine(config, { lookup, send: true, waitMs: 20_000 }))
    expect(found).toMatch(
      /ok {3}Round trip of support@tulip\.test: a mail to support\+[a-z2-7]{39}@tulip\.test came back within/,
    )
    const lost = report(await examine(readConfig(rest), { lookup, send: true, waitMs: 300 }))
    expect(lost).toContain('BAD  Round trip of support@tulip.test: ')
  })

  it('goes on past a sender that cannot be used, and says why', async () => {
    const { env } = await patient()
    const { IMAP_URL: _, ...rest } = { ...env, MAIL_LISTEN: `127.0.0.1:${await freePort()}` }
    const before = readConfig({ ...rest, APP_SECRET: 'the secret of before' })
    const store = await openStore(before.databaseUrl, before.secret)
    await store.write(async tx => {
      await welcome(tx, { desk: before.desk, from: null })
      const [team] = await teams(tx.q)
      const sender = { teamId: team!.id, name: '', dkimSelector: null, dkimKey: null }
      await addSender(tx, { ...sender, address: 'locked@tulip.test', smtpUrl: 'smtps://a:secret@mail.test' })
    })
    await store.close()
    const config = readConfig({ ...rest, APP_SECRET: 'the secret of now and later' })
    const found = report(await examine(config, { lookup: lookupIn(ZONE), send: true, waitMs: 300 }))
    expect(found).toContain('BAD  Round trip of locked@tulip.test: the mail could not be sent. Its password or key')
  })

  it('names each scope that the manifest wants and Slack did not grant', async () => {
    const { look } = await patient(readFileSync('manifest.yml', 'utf8').replace('      - files:read\n', ''))
    const found = await look()
    expect(found).toContain('BAD  Slack: these scopes are not granted: files:read.')
    expect(found).toContain('-> Update the app from manifest.yml')
  })

  it('says what to do about wrong tokens, a wrong password, and a channel that it is not in', async () => {
    const { look, slack, env } = await patient()
    expect(await look({ SLACK_BOT_TOKEN: 'xoxb-wrong' })).toContain('BAD  Slack: Slack says invalid_auth.')
    const smtp = env.SMTP_URL.replace('right', 'wrong')
    expect(smtp).not.toBe(env.SMTP_URL)
    expect(await look({ SMTP_URL: smtp })).toMatch(/BAD {2}.*\n {5}-> /)
    expect(await look({ DESK_CHANNEL: slack.channel('general').id })).toContain('Write /invite @Overture in it.')
  })

  it('never prints a password', async () => {
    const { look, env } = await patient()
    expect(await look({ SMTP_URL: env.SMTP_URL.replace('right', 'sesame-open') })).not.toContain('sesame-open')
  })
})

describe('the settings', () => {
  const good = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' }

  it('are read once, from the environment or from files that it names', () => {
    const config = readConfig({
      ...good,
      SMTP_URL: 'smtp://mail.test',
      MAIL_FROM: '"Tulip Support" <Support@Tulip.test>',
      MAIL_LISTEN: ':2525',
      PORT_FILE: 'test/support/port.txt',
    })
    expect(config.mail).toMatchObject({
      from: { name: 'Tulip Support', address: 'support@tulip.test' },
      listen: { host: '0.0.0.0', port: 2525 },
    })
    expect(config.http.port).toBe(4321)
  })

  it('name mailboxes, hosts that are believed, and how long mail is kept', () => {
    expect(readConfig(good).mail).toMatchObject({
      imapUrl: null,
      relays: null,
      authservIds: [],
      keepDays: 90,
      tls: null,
    })
    const { mail } = readConfig({
      ...good,
      IMAP_URL: 'imaps://a%40b.test:p,w@imap.test/INBOX,Sales, imap://c@d.test?auth=oauth2',
      MAIL_OAUTH_TOKEN_URL: 'https://login.test/token',
      MAIL_OAUTH_CLIENT_ID: 'id',
      MAIL_TRUSTED_RELAYS: '192.0.2.1, 2001:db8::/32',
      MAIL_AUTHSERV_ID: 'mx.tulip.test mx2.tulip.test',
      MAIL_KEEP_DAYS: '0',
    })
    expect(mail).toMatchObject({
      relays: ['192.0.2.1', '2001:db8::/32'],
      authservIds: ['mx.tulip.test', 'mx2.tulip.test'],
      keepDays: 0,
      oauth: { tokenUrl: 'https://login.test/token', clientId: 'id', refreshToken: null },
    })
    expect(accountsOf(mail.imapUrl ?? '').map(a => [a.name, a.password])).toEqual([
      ['a@b.test@imap.test/INBOX', 'p,w'],
      ['a@b.test@imap.test/Sales', 'p,w'],
      ['c@d.test/INBOX', null],
    ])
    expect(readConfig({ ...good, MAIL_TRUSTED_RELAYS: 'none' }).mail.relays).toEqual([])
  })

  it('of mail that are wrong are named, too', () => {
    const bad = {
      ...good,
      IMAP_URL: 'imaps://a:%zz@imap.test imaps://b:c@imap.test?auth=oauth2',
      MAIL_TRUSTED_RELAYS: 'mail.tulip.test',
      MAIL_TLS_CERT: '/cert.pem',
      MAIL_WEBHOOK_SECRET: 'short',
      MAIL_KEEP_DAYS: '-1',
    }
    expect(() => readConfig(bad)).toThrow(
      /IMAP_URL is not an.*MAIL_TRUSTED_RELAYS must be.*MAIL_WEBHOOK_SECRET is too short.*MAIL_KEEP_DAYS.*IMAP_URL asks for OAuth 2.*MAIL_TLS_CERT and MAIL_TLS_KEY belong together/s,
    )
  })

  it('that ask for access tokens from a file are named, too', () => {
    const folder = mkdtempSync(join(tmpdir(), 'overture-settings-'))
    const file = join(folder, 'imap-url')
    writeFileSync(file, 'imaps://a@imap.test?auth=oauth2\n')
    try {
      expect(() => readConfig({ ...good, IMAP_URL_FILE: file })).toThrow('IMAP_URL asks for OAuth 2')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('that are wrong are named together', () => {
    const bad = {
      SLACK_BOT_TOKEN: 'x',
      DESK_CHANNEL: '#support',
      HOLD_SECONDS: 'long',
      REPLY_MODE: 'maybe',
      SMTP_URL: 'smtp://desk:pass#word@h',
      APP_SECRET: 'short',
      IMAP_URL_FILE: '/nowhere',
    }
    expect(() => readConfig(bad)).toThrow(
      /SLACK_BOT_TOKEN.*DESK_CHANNEL.*SMTP_URL is not an address.*APP_SECRET.*HOLD_SECONDS.*REPLY_MODE.*SLACK_APP_TOKEN.*SMTP_URL and MAIL_FROM/s,
    )
    expect(() => readConfig(bad)).toThrow('IMAP_URL_FILE: the file /nowhere cannot be read.')
  })
})
