import { expect, it } from 'vitest'
import { migrations } from '../../migrations/index.ts'
import { hooksFor } from '../../src/core/hooks/hook.ts'
import { untold } from '../../src/core/hooks/make.ts'
import { openPostgres } from '../../src/db/postgres.ts'
import { openSqlite } from '../../src/db/sqlite.ts'
import { instanceKey, seal } from '../../src/lib/sign.ts'
import { bareDatabase } from '../support/database.ts'

it('where a team had word of answers posted is a webhook of its own afterwards, and what waited still goes there', async () => {
  const database = await bareDatabase()
  const isPostgres = process.env.TEST_ENGINE === 'postgres'
  const { store, db } = (isPostgres ? openPostgres : openSqlite)(database.url, () => 10)
  const key = instanceKey('a secret')
  const url = 'https://hooks.slack.com/triggers/T1/2/3'
  const before = db.withTables<{ teams: Record<string, unknown>; answer_posts: Record<string, unknown> }>()
  const team = { prefix: 'A', place: 'C1', reply_mode: 'ask', hold_ms: 0, signature: '', next_number: 1, created_at: 5 }
  try {
    for (const [name, step] of Object.entries(migrations)) {
      if (name === '0016_hooks') {
        const given = { hook_url: seal(key, url), hook_problem: 'It answered with 500.' }
        await before
          .insertInto('teams')
          .values({ ...team, id: 't1', name: 'A', ...given } as never)
          .execute()
        await before
          .insertInto('teams')
          .values({ ...team, id: 't2', name: 'B', prefix: 'B', place: 'C2' } as never)
          .execute()
        const customer = { id: 'c1', name: 'Jane', search: 'jane', created_at: 6 }
        await db
          .insertInto('customers')
          .values(customer as never)
          .execute()
        const ticket = { id: 'x', team_id: 't1', number: 1, identifier: 'A-1', subject: 'Hi', customer_id: 'c1' }
        const times = { status: 'open', priority: 'medium', created_at: 6, updated_at: 6 }
        await db
          .insertInto('tickets')
          .values({ ...ticket, ...times } as never)
          .execute()
        const post = { id: 'p1', team_id: 't1', ticket_id: 'x', created_at: 7, attempts: 1, due_at: 8 }
        await before
          .insertInto('answer_posts')
          .values(post as never)
          .execute()
      }
      await step.up(db as never, isPostgres ? 'bytea' : 'blob')
    }
    expect(await store.read(q => hooksFor(q, key, 'somebody'))).toMatchObject([
      {
        url,
        shape: 'words',
        events: ['ticket:answered'],
        teamIds: ['t1'],
        isSigned: false,
        offAt: null,
        problem: 'It answered with 500.',
      },
    ])
    expect((await store.read(q => untold(q, 10))).rows).toMatchObject([{ cause: 'answer', source_id: 'x', at: 7 }])
  } finally {
    await store.close()
    await database.drop()
  }
})
