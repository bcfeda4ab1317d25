import { defineConfig } from 'vitest/config'

/** Tests that touch no database run once; all others on both engines. */
const WITHOUT_DATABASE = ['test/lib/**', 'test/sandbox/**', 'test/channels/**/pure/**']

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default'],
    projects: [
      {
        extends: true,
        test: { name: 'sqlite', include: ['test/**/*.test.ts'], env: { TEST_ENGINE: 'sqlite' } },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: ['test/**/*.test.ts'],
          exclude: WITHOUT_DATABASE,
          env: { TEST_ENGINE: 'postgres' },
          globalSetup: ['test/support/postgres.ts'],
        },
      },
    ],
  },
})
