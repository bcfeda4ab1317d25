import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Worker, type WorkerOptions } from 'node:worker_threads'

/** A thread that runs the module `name` beside `from` (an `import.meta.url`): compiled, or from source in development and tests. */
export function threadBeside(from: string, name: string, options: WorkerOptions = {}): Worker {
  return threadOf(new URL(`${name}.${from.endsWith('.ts') ? 'ts' : 'js'}`, from), options)
}

/** A thread gets none of the loaders of its process, so of what is source it gets a bundle. */
export function threadOf(file: URL, options: WorkerOptions): Worker {
  return new Worker(file.pathname.endsWith('.ts') ? bundleOf(file) : file, options)
}

const bundles = new Map<string, URL>()

/** All that a source file imports, in one module: a thread that loads and translates each file itself starts eight times slower. */
function bundleOf(file: URL): URL {
  const known = bundles.get(file.href)
  if (known) return known
  const { buildSync } = createRequire(import.meta.url)('esbuild') as typeof import('esbuild')
  const here = JSON.stringify(file.href)
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(file)],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    minifyWhitespace: true,
    define: { 'import.meta.url': here },
    banner: { js: `import { createRequire as requireOf } from 'node:module'; const require = requireOf(${here});` },
    footer: { js: `//# sourceURL=${file.href}` },
  })
  const bundle = new URL(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0]?.contents ?? []).toString('base64')}`,
  )
  bundles.set(file.href, bundle)
  return bundle
}
