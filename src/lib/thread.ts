import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker, type WorkerOptions } from 'node:worker_threads'

/** A thread that runs the module `name` beside `from` (an `import.meta.url`): compiled, or from source in development and tests. */
export function threadBeside(from: string, name: string, options: WorkerOptions = {}): Worker {
  return threadOf(new URL(`${name}.${from.endsWith('.ts') ? 'ts' : 'js'}`, from), options)
}

/** A thread gets none of the loaders of its process; where a file is source it has to be told of TypeScript. */
export function threadOf(file: URL, options: WorkerOptions): Worker {
  if (!file.pathname.endsWith('.ts')) return new Worker(file, options)
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm/api')).href.replace(/cjs$/, 'mjs')
  const program = `import(${JSON.stringify(tsx)}).then(tsx => { tsx.register(); return import(${JSON.stringify(file.href)}) })`
  return new Worker(program, { ...options, eval: true })
}
