import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Account, accountsOf } from '../../../src/channels/email/receive/account.ts'
import { type Mailboxes, readMailboxes, verifyMailbox } from '../../../src/channels/email/receive/imap.ts'
import type { InboundRow } from '../../../src/db/schema.ts'
import { dovecotAvailable, startDovecot } from '../../support/dovecot.ts'
import { type ImapOptions, type ImapPlace, type OwnImap, startImap } from '../../support/imap.ts'
import { startTown, type Town } from '../../support/town.ts'
import { mail } from './mails.ts'
import { until } from './until.ts'

let town: Town
let place: ImapPlace
let mailbox: Mailboxes | undefined
const told: { msg: string; level: number }[] = []
const whispered: string[] = []
const log = pino(
  { level: 'debug' },
  { write: line => (JSON.parse(line).level >= 40 ? told.push(JSON.parse(line)) : whispered.push(line)) },
)
const tries = () => whispered.filter(line => line.includes('still cannot be fetched')).length

/** `url` reads another account than the place's. */
function read(options: { pollMs?: number; maxBytes?: number; answerMs?: number; url?: string } = {}): void {
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
        told.length = 0
        whispered.length = 0
        town = await startTown()
        place = await start()
      })
      afterEach(async () => {
        await stopReading()
        await place.close()
        await town.close()
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
        for (let i = 0; i < 130; i++) await place.append(numbered(i))
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
  let own: OwnImap
  beforeEach(async () => {
    told.length = 0
    whispered.length = 0
    town = await startTown()
  })
  afterEach(async () => {
    await stopReading()
    await own.close()
    await town.close()
  })

  test('knows no IDLE is asked again and again', async () => {
    place = own = await startImap({ withoutIdle: true })
    read()
    await begun()
    await own.append(numbered(1))
    await until(words, w => w.length === 1)
    expect(own.commands).not.toContain('IDLE')
  })

  test('says nothing any more is called anew', async () => {
    place = own = await startImap()
    read({ pollMs: 50, answerMs: 200 })
    await begun()
    own.mute(true)
    await own.append(numbered(1))
    await until(() => own.connections.total > 1)
    own.mute(false)
    await until(words, w => w.length === 1)
  })

  test('breaks off in the middle of a mail loses nothing and doubles nothing', async () => {
    place = own = await startImap()
    read()
    await begun()
    await stopReading()
    for (let i = 0; i < 5; i++) await own.append(numbered(i))
    own.cutNextFetch()
    read()
    expect(await until(words, w => w.length === 5)).toEqual(['0', '1', '2', '3', '4'])
  })

  test('is gone while we stop does not keep us', async () => {
    place = own = await startImap()
    read()
    await begun()
    await own.outage(true)
    await stopReading()
    await own.outage(false)
  })
})

test('a failed transaction moves no cursor, so that the mail is read again', async () => {
  town = await startTown()
  place = await startImap()
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
    await stopReading()
    await place.close()
    await town.close()
  }
})
