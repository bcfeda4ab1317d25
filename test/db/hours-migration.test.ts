import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { expect, it } from 'vitest'
import { migrations } from '../../migrations/index.ts'

it('the working hours that a team had set for its chats are its own afterwards', async () => {
  const raw = new Database(':memory:')
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: raw }) })
  const before = ['0001_begin', '0002_mail_bridge', '0003_chats']
  for (const name of before) await migrations[name]?.up(db, 'blob')
  const add = raw.prepare(
    `insert into teams (id, name, prefix, place, reply_mode, hold_ms, signature, next_number, reopen_days, chat_rules, created_at)
     values (?, ?, ?, ?, 'ask', 0, '', 1, 14, ?, 0)`,
  )
  const night = { zone: 'Europe/Berlin', workingDays: [1, 6], workingHours: { from: '22:00', to: '06:00' }, capDays: 3 }
  add.run('a', 'A', 'AA', 'C1', JSON.stringify(night))
  add.run('b', 'B', 'BB', 'C2', null)
  await migrations['0008_hours']?.up(db, 'blob')
  const [a, b] = raw.prepare('select hours, chat_rules from teams order by id').all() as {
    hours: string
    chat_rules: string
  }[]
  const slots = [
    { from: '00:00', to: '06:00' },
    { from: '22:00', to: '24:00' },
  ]
  expect(JSON.parse(a?.hours ?? '')).toEqual({
    zone: 'Europe/Berlin',
    week: [slots, [], [], [], [], slots, []],
    holidays: [],
  })
  expect(JSON.parse(a?.chat_rules ?? '')).toEqual({ capDays: 3 })
  expect(b).toEqual({ hours: null, chat_rules: null })
  await db.destroy()
})
