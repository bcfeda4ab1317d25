import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import { initWasm, Resvg } from '@resvg/resvg-wasm'
import { CHART_FONT } from '../views/chart.ts'

// A thread that draws one SVG as a PNG, with the font that comes with us: a server often has none.

const { resolve } = createRequire(import.meta.url)

await initWasm(await readFile(resolve('@resvg/resvg-wasm/index_bg.wasm')))
const font = await readFile(resolve('@fontsource/lato/files/lato-latin-400-normal.woff2'))
const picture = new Resvg(workerData as string, {
  font: { fontBuffers: [font], defaultFontFamily: CHART_FONT },
})
parentPort?.postMessage(picture.render().asPng())
