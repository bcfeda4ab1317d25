import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AccessRefused, type AccessTokens, createAccessTokens } from '../../../src/channels/email/oauth.ts'
import { type Account, accountsOf } from '../../../src/channels/email/receive/account.ts'
import { type Mailboxes, readMailboxes, verifyMailbox } from '../../../src/channels/email/receive/imap.ts'
import type { InboundRow } from '../../../src/db/schema.ts'
import type { Tx } from '../../../src/db/store.ts'
import { dovecotAvailable, startDovecot } from '../../support/dovecot.ts'
import { type ImapOptions, type ImapPlace, type OwnImap, startImap } from '../../support/imap.ts'
import { startTown, type Town } from '../../support/town.ts'
import { until } from '../../support/until.ts'
import { mail } from './mails.ts'

let town: Town
let place: ImapPlace
let mailbox: Mailboxes | undefined
const open: ImapPlace[] = []
const told: { msg: string; level: number }[] = []
const whispered: string[] = []
const log = pino(
  { level: 'debug' },
  { write: line => (JSON.parse(line).level >= 40 ? told.push(JSON.parse(line)) : whispered.push(line)) },
)
const tries = () => whispered.filter(line => line.includes('still cannot be fetched')).length

beforeEach(async () => {
  told.length = 0
  whispered.length = 0
  town = await startTown()
})
afterEach(async () => {
  await stopReading()
  for (const it of open.splice(0)) await it.close()
  await town.close()
})

/** A server that does as it is told; what is read by default from now on. */
async function startOwn(options?: ImapOptions): Promise<OwnImap> {
  const own = await startImap(options)
  open.push(own)
  place = own
  return own
}

/** `url` reads another account than the place's. */
function read(options: Partial<Parameters<typeof readMailboxes>[0]> = {}): void {
  mailbox = readMailboxes({
    store: town.store,
    url: place.url,
    log,
    maxBytes: 1_000_000,
    pollMs: 60_000,
    pollWithoutIdleMs: 50,
    againMs: { first: 10, most: 50, refused: 50 },
    ...options,
  })
}

async function stopReading(): Promise<void> {
  await mailbox?.stop()
  mailbox = undefined
}

const verify = (url: string) => verifyMailbox(accountsOf(url)[0] as Account, null)
const numbered = (i: number | string) => mail(`Hello ${i}`, { 'Message-ID': `<${i}@acme.test>` })
const stored = (): Promise<InboundRow[]> =>
  town.store.read(q => q.selectFrom('inbound').selectAll().orderBy('id').execute())
const words = async () => (await stored()).map(r => /Hello (\S+)/.exec(r.raw.toString())?.[1]).sort()
const cursor = async () => {
  const rows = await town.store.read(q =>
    q.selectFrom('settings').selectAll().where('name', 'like', 'imap:%').execute(),
  )
  return rows[0] && (JSON.parse(rows[0].value) as { uid: number })
}
const begun = () => until(cursor)

const SERVERS: [string, (options?: ImapOptions) => Promise<ImapPlace>, boolean][] = [
  ['a small server', startImap, true],
  ['Dovecot', startDovecot, dovecotAvailable()],
]

describe.each(SERVERS)('a mailbox on %s', (name, start, available) => {
  describe.skipIf(!available)(
    name === 'Dovecot' && !available ? 'skipped: Dovecot is not installed' : 'is read',
    () => {
      beforeEach(async () => {
        place = await start()
        open.push(place)
      })

      test('from its end on at the first connection, and at once when something comes', async () => {
        await place.append(numbered('old'))
        read()
        await begun()
        await place.append(numbered(1))
        await until(words, w => w.length === 1)
        await place.append(numbered(2))
        expect(await until(words, w => w.length === 2)).toEqual(['1', '2'])
      })

      test('without changing anything in it', async () => {
        read()
        await begun()
        await place.append(numbered(1))
        await until(words, w => w.length === 1)
        const [message] = await place.messages()
        expect([...(message?.flags ?? [])].filter(f => /seen|deleted|flagged/i.test(f))).toEqual([])
      })

      test('from where it left off after a restart', async () => {
        read()
        await begun()
        await place.append(numbered(1))
        await until(words, w => w.length === 1)
        await stopReading()
        for (const i of [2, 3, 4]) await place.append(numbered(i))
        read()
        expect(await until(words, w => w.length === 4)).toEqual(['1', '2', '3', '4'])
      })

      test('in many pieces when much has come', { timeout: 60_000 }, async () => {
        read()
        await begun()
        await stopReading()
        await place.appendAll(Array.from({ length: 130 }, (_, i) => numbered(i)))
        read()
        await until(words, w => w.length === 130)
      })

      test('again after the connection was cut, and after the server was away', async () => {
        read()
        await begun()
        await place.drop()
        await place.append(numbered(1))
        await until(words, w => w.length === 1)
        await place.outage(true)
        await until(() => told.length > 0)
        await place.outage(false)
        await place.append(numbered(2))
        await until(words, w => w.length === 2)
      })

      test('without doubling when the server numbers it anew', async () => {
        await place.append(numbered('old'))
        read()
        await begun()
        await place.append(numbered(1))
        await until(words, w => w.length === 1)
        await place.resetUidValidity()
        await place.append(numbered(2))
        const found = await until(words, w => w.includes('2'))
        expect(found.filter(w => w !== 'old')).toEqual(['1', '2'])
      })

      test('only from the beginning where a mail is too large', async () => {
        read({ maxBytes: 5_000 })
        await begun()
        await place.append(mail(`Hello big ${'x'.repeat(20_000)}`))
        const [row] = await until(stored, s => s.length === 1)
        expect(row?.raw.length).toBe(5_000)
        expect(JSON.parse(row?.envelope ?? '').bytes).toBeGreaterThan(20_000)
      })

      test('and a wrong password is told once while it goes on trying', async () => {
        read({ url: place.url.replace(/:[^:@/]+@/, ':wrong@') })
        await until(() => tries() > 0)
        expect(told).toHaveLength(1)
        expect(told[0]?.msg).toContain('does not accept the user name and password')
      })

      test('can be tried out', async () => {
        expect(await verify(place.url)).toBeNull()
        expect(await verify(place.url.replace(/:[^:@/]+@/, ':wrong@'))).toContain('user name and password')
        expect(await verify(place.url.replace(/INBOX$/, 'Nowhere'))).toContain('The folder Nowhere cannot be opened')
        expect(await verify('imap://a:b@127.0.0.1:1/INBOX')).toContain('cannot be opened')
      })
    },
  )
})

describe('a mailbox whose server', () => {
  test('knows no IDLE is asked again and again', async () => {
    const own = await startOwn({ withoutIdle: true })
    read()
    await begun()
    await own.append(numbered(1))
    await until(words, w => w.length === 1)
    expect(own.commands).not.toContain('IDLE')
  })

  test('says nothing any more is called anew', async () => {
    const own = await startOwn()
    read({ pollMs: 50, answerMs: 200 })
    await begun()
    own.mute(true)
    await own.append(numbered(1))
    await until(() => own.connections.total > 1)
    own.mute(false)
    await until(words, w => w.length === 1)
  })

  test('breaks off in the middle of a mail loses nothing and doubles nothing', async () => {
    const own = await startOwn()
    read()
    await begun()
    await stopReading()
    for (let i = 0; i < 5; i++) await own.append(numbered(i))
    own.cutNextFetch()
    read()
    expect(await until(words, w => w.length === 5)).toEqual(['0', '1', '2', '3', '4'])
  })

  test('is gone while we stop does not keep us', async () => {
    const own = await startOwn()
    read()
    await begun()
    await own.outage(true)
    await stopReading()
    await own.outage(false)
  })
})

describe('several mailboxes', () => {
  let own: OwnImap
  let other: OwnImap
  beforeEach(async () => {
    other = await startOwn()
    own = await startOwn()
  })

  const cursors = async () => {
    const rows = await town.store.read(q =>
      q.selectFrom('settings').select('name').where('name', 'like', 'imap:%').orderBy('name').execute(),
    )
    return rows.map(r => r.name)
  }

  test('and several folders of one are all read, each from where it was left', async () => {
    await own.append(numbered('old'), 'Sales/Europe')
    read({ url: `${own.url},Sales%2FEurope ${other.url.replace('127.0.0.1', 'localhost')}` })
    await until(cursors, c => c.length === 3)
    expect(await cursors()).toEqual([
      'imap:desk@127.0.0.1/INBOX',
      'imap:desk@127.0.0.1/Sales/Europe',
      'imap:desk@localhost/INBOX',
    ])
    await own.append(numbered(1))
    await own.append(numbered(2), 'Sales/Europe')
    await other.append(numbered(3))
    expect(await until(words, w => w.length === 3)).toEqual(['1', '2', '3'])
    await stopReading()
    await own.append(numbered(4), 'Sales/Europe')
    read({ url: `${own.url},Sales%2FEurope` })
    expect(await until(words, w => w.length === 4)).toEqual(['1', '2', '3', '4'])
  })

  test('have one mail where it lies in two of them', async () => {
    await own.append(numbered('old'), 'Sales')
    read({ url: `${own.url},Sales` })
    await until(cursors, c => c.length === 2)
    await own.append(numbered(1))
    await own.append(numbered(1), 'Sales')
    await own.append(numbered(2), 'Sales')
    expect(await until(words, w => w.includes('2') && w.includes('1'))).toEqual(['1', '2'])
  })

  test('do not wait for one that is away', async () => {
    await other.outage(true)
    read({ url: `${other.url.replace('127.0.0.1', 'localhost')}, ${own.url}` })
    await begun()
    await own.append(numbered(1))
    expect(await until(words, w => w.length === 1)).toEqual(['1'])
    await other.outage(false)
  })

  test('one of which is where the spam goes: its mails say so', async () => {
    await own.append(numbered('old'), 'Junk')
    read({ url: own.url.replace('INBOX', 'Junk') })
    await begun()
    await own.append(numbered(1), 'Junk')
    const [row] = await until(stored, s => s.length === 1)
    expect(JSON.parse(row?.envelope ?? '')).toEqual({ by: 'imap', junk: true })
  })
})

describe('a mailbox that gives trouble', () => {
  const alerts = () => town.store.read(q => q.selectFrom('alerts').selectAll().orderBy('raised_at').execute())
  const withToken = (token: string): AccessTokens => ({ tokenFor: async () => token, forget() {} })

  test('with the password is told of once, and once more when it works again', async () => {
    const own = await startOwn()
    own.rejectLogin(true)
    read()
    await until(() => tries() > 3)
    const [alert, ...others] = await alerts()
    expect(others).toEqual([])
    expect(alert).toMatchObject({ ended_at: null })
    expect(alert?.text).toContain(
      'No mail comes in from desk@127.0.0.1/INBOX: The mailbox does not accept the user name and password.',
    )
    expect(alert?.text).not.toContain('secret')
    own.rejectLogin(false)
    const ended = await until(alerts, a => a[0]?.ended_at !== null)
    expect(ended.map(a => a.end_text)).toEqual(['Mail is fetched from desk@127.0.0.1/INBOX again.'])
    await own.append(numbered(1))
    await until(words, w => w.length === 1)
  })

  test('is told of after a while only when its server is away', async () => {
    const own = await startOwn()
    await own.outage(true)
    read({ alarmMs: 900_000 })
    await until(() => tries() > 2)
    expect(await alerts()).toEqual([])
    town.clock.now += 900_001
    const [alert] = await until(alerts, a => a.length === 1)
    expect(alert?.text).toContain('It is tried again and again.')
    await own.outage(false)
    await until(alerts, a => a[0]?.ended_at !== null)
  })

  test('and is read no more ends its alert', async () => {
    const own = await startOwn()
    own.rejectLogin(true)
    read()
    await until(alerts, a => a.length === 1)
    await stopReading()
    own.rejectLogin(false)
    read({ url: own.url.replace('127.0.0.1', 'localhost') })
    const ended = await until(alerts, a => a[0]?.ended_at !== null)
    expect(ended[0]?.end_text).toContain('is not read any more')
  })

  test('is opened with an access token of the provider, and with another when that one expired', async () => {
    const own = await startOwn({ accessTokens: new Set(['new']) })
    const given = ['old', 'new']
    const provider = createServer((_request, response) => {
      response.end(JSON.stringify({ access_token: given.shift(), expires_in: 3600 }))
    }).listen(0, '127.0.0.1')
    await once(provider, 'listening')
    try {
      const access = createAccessTokens({
        tokenUrl: `http://127.0.0.1:${(provider.address() as AddressInfo).port}/token`,
        clientId: 'overture',
        clientSecret: null,
        refreshToken: 'refresh',
        scope: null,
      })
      const url = `${own.url.replace(/:[^:@/]+@/, '@')}?auth=oauth2`
      read({ url, tokens: access })
      await begun()
      expect(given).toEqual([])
      expect(await verifyMailbox(accountsOf(url)[0] as Account, access)).toBeNull()
      await own.append(numbered(1))
      await until(words, w => w.length === 1)
      expect(own.commands).toContain('AUTHENTICATE')
    } finally {
      provider.close()
    }
  })

  test('with the access is told of in words that say what to renew', async () => {
    const own = await startOwn({ accessTokens: new Set(['another']) })
    const url = `${own.url.replace(/:[^:@/]+@/, '@')}?auth=oauth2`
    read({ url, tokens: withToken('old') })
    const [alert] = await until(alerts, a => a.length === 1)
    expect(alert?.text).toContain('does not accept the access token. Renew the access (MAIL_OAUTH_REFRESH_TOKEN')
    await stopReading()
    const refuses: AccessTokens = {
      tokenFor: () => Promise.reject(new AccessRefused('The mail provider does not renew the access (invalid_grant).')),
      forget() {},
    }
    expect(await verifyMailbox(accountsOf(url)[0] as Account, refuses)).toBe(
      'The mail provider does not renew the access (invalid_grant).',
    )
  })

  test.each(['refuse', 'cut'] as const)('by one mail that cannot be had (%s) loses no other', async how => {
    const own = await startOwn()
    read()
    await begun()
    await stopReading()
    for (const i of [1, 2, 3, 4]) await own.append(numbered(i))
    own.poison(2, how)
    read()
    const rows = await until(stored, s => s.length === 4)
    expect(rows.filter(r => r.state === 'pending').map(r => /Hello (\S+)/.exec(r.raw.toString())?.[1])).toEqual([
      '1',
      '3',
      '4',
    ])
    const [aside] = rows.filter(r => r.state === 'quarantined')
    expect(aside?.reason).toContain('The mail 2 in desk@127.0.0.1/INBOX cannot be fetched')
    expect(aside?.raw.toString()).toContain('Subject: Re: Your order')
    expect((await alerts()).map(a => a.text)).toEqual([aside?.reason])
    await own.append(numbered(5))
    await until(stored, s => s.length === 5)
  })
})

test('a database that fails again and again has no mail set aside', async () => {
  await startOwn()
  const write = town.store.write
  try {
    read()
    await begun()
    let isFull = true
    let failures = 0
    const waits = (tx: Tx) => tx.q.selectFrom('inbound').select('id').where('state', '=', 'pending').executeTakeFirst()
    town.store.write = work =>
      write(async tx => {
        const result = await work(tx)
        if (isFull && (await waits(tx)) && ++failures) throw new Error('disk full')
        return result
      })
    await place.append(numbered(1))
    await until(() => failures > 6)
    isFull = false
    expect((await until(stored, s => s.length === 1)).map(r => r.state)).toEqual(['pending'])
  } finally {
    town.store.write = write
  }
})

test('a failed transaction moves no cursor, so that the mail is read again', async () => {
  await startOwn()
  const write = town.store.write
  try {
    read()
    await begun()
    let failures = 0
    town.store.write = work =>
      write(async tx => {
        const result = await work(tx)
        if (failures++ === 0) throw new Error('disk full')
        return result
      })
    await place.append(numbered(1))
    await until(words, w => w.length === 1)
    expect(failures).toBeGreaterThan(1)
  } finally {
    town.store.write = write
  }
})
