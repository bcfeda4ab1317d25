import Database from 'better-sqlite3'
import { fastify } from 'fastify'
import { answer } from './answers.ts'

// The raw parts of an API: the same framework, checking what comes as it does, writing one row or reading a page of them.

answer(async () => {
  const db = new Database(process.env.DATABASE_URL as string)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec(
    'create table if not exists bare (id integer primary key, title text, email text, description text, at integer)',
  )
  const insert = db.prepare('insert into bare (title, email, description, at) values (?, ?, ?, ?)')
  const server = fastify()
  const text = { type: 'string', maxLength: 10_000 }
  const body = {
    type: 'object',
    required: ['title', 'requestorEmail'],
    properties: { title: text, requestorEmail: text, description: text },
  }
  server.post<{ Body: { title: string; requestorEmail: string; description: string } }>(
    '/v1/tickets',
    { schema: { body } },
    async ({ body }, reply) => {
      const { lastInsertRowid } = insert.run(body.title, body.requestorEmail, body.description, Date.now())
      return reply.code(201).send({ id: Number(lastInsertRowid), ...body })
    },
  )
  server.get<{ Querystring: { limit: number } }>(
    '/v1/tickets',
    { schema: { querystring: { type: 'object', properties: { limit: { type: 'integer' } } } } },
    async ({ query }) => db.prepare('select * from tickets order by id desc limit ?').all(query.limit),
  )
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  return {
    url: () => url,
    apiKey: () => 'none',
    async stop() {
      await server.close()
      db.close()
    },
  }
})
