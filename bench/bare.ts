import { answer } from './answers.ts'

// Nothing but the libraries that Overture imports to run on SQLite: what Node and they take by themselves.

answer(async () => {
  await Promise.all([
    import('@slack/bolt'),
    import('@slack/socket-mode'),
    import('@slack/web-api'),
    import('better-sqlite3'),
    import('fastify'),
    import('htmlparser2'),
    import('iconv-lite'),
    import('imapflow'),
    import('kysely'),
    import('node-cron'),
    import('nodemailer'),
    import('pino'),
    import('smtp-server'),
    import('undici'),
    import('uuid'),
    import('zod'),
  ])
  return { stop: () => {} }
})
