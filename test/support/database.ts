import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { ask } from './ask.ts'

/** A new database without rows of the engine that this run is about; `drop` once nobody uses it any more. */
export async function newDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  return process.env.TEST_ENGINE === 'postgres' ? newPostgres(inject('postgresUrl')) : newSqlite()
}

function newSqlite(): { url: string; drop(): Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), 'overture-test-'))
  return { url: join(folder, 'overture.db'), drop: async () => rmSync(folder, { recursive: true, force: true }) }
}

async function newPostgres(server: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `overture_${randomBytes(6).toString('hex')}`
  await ask(server, `create database ${name} template ${inject('postgresTemplate')}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => ask(server, `drop database if exists ${name} with (force)`) }
}
