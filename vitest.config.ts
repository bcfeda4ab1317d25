import { readdirSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

/** Tests that touch the database run on both engines, all others once. */
const WITH_DATABASE = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.test.ts'))
  .map(name => `test/${name}`)
  .filter(path => /support\/(town|chat|world|database)\.ts'/.test(readFileSync(path, 'utf8')))
  .filter(path => !/^test\/channels\/email\/(imap|listen|send)\.test\.ts$/.test(path)) // of protocols: what they store others store, too
  .filter(path => !/^test\/api\/(docs|docs-page|permissions|scopes)\.test\.ts$/.test(path)) // of pages and routes: what they ask for others ask for, too

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    isolate: false,
    maxWorkers: 4, // on 2 cores: many tests wait for the far side
    projects: [
      {
        extends: true,
        test: {
          name: 'sqlite',
          include: ['test/**/*.test.ts'],
          env: { TEST_ENGINE: 'sqlite' },
          globalSetup: ['test/support/build.ts', 'test/support/sqlite.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: WITH_DATABASE,
          env: { TEST_ENGINE: 'postgres' },
          globalSetup: ['test/support/build.ts', 'test/support/postgres.ts'],
        },
      },
    ],
  },
})
