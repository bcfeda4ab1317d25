import { rmSync } from 'node:fs'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    built: string // where this run builds the command line, once a test asks for it
  }
}

/** One place for all workers of a run, on both engines; what is there is gone before the run and after it. */
export default function setup(project: TestProject): () => void {
  const built = `dist/under-test/${process.pid}`
  const clear = () => rmSync(built, { recursive: true, force: true })
  clear()
  project.provide('built', built)
  project.onTestsRerun(clear)
  return clear
}
