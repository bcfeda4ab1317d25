import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { openStore } from '../../src/db/open.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    sqliteTemplate: string // the path of a database with our schema, to be copied
  }
}

/** Migrating once and copying is many times faster than migrating for each test. */
export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'overture-template-'))
  const file = join(folder, 'overture.db')
  await (await openStore(file, 'the secret of no instance')).close()
  project.provide('sqliteTemplate', file)
  return () => rmSync(folder, { recursive: true, force: true })
}
