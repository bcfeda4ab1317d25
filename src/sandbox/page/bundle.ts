import { projectFile } from '../../lib/project.ts'

export interface Bundle {
  script: string
  style: string
}

/**
 * The page's script and style, built in memory. Takes less than a second. Needs the development dependencies, which is
 * why they are only asked for here: a real start never gets this far.
 */
export async function bundlePage(): Promise<Bundle> {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    entryPoints: { script: source('main.tsx'), style: source('style/page.css') },
    outdir: '/',
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    loader: { '.woff2': 'dataurl' },
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  })
  const text = (ending: string) => outputFiles.find(file => file.path.endsWith(ending))?.text ?? ''
  return { script: text('.js'), style: text('.css') }
}

function source(path: string): string {
  return projectFile(`src/sandbox/page/${path}`)
}
