import type { ChatReport } from '../../../core/chats/report.ts'
import { threadBeside } from '../../../lib/thread.ts'
import { answersSvg, type Charted } from '../views/chats/chart.ts'

const LONGEST_MS = 30_000

/**
 * Draws a chat's answers over time as a PNG. It is drawn in a thread that ends with it: nobody at the desk waits meanwhile,
 * and what draws takes memory only then.
 */
export function answersChart(report: Pick<ChatReport, 'answersOverTime'>, chat: Charted): Promise<Buffer> {
  return drawn(answersSvg(report, chat))
}

/** Draws an SVG of ours as a PNG, in such a thread. */
export function drawn(svg: string): Promise<Buffer> {
  const thread = threadBeside(import.meta.url, './draw', { workerData: svg, execArgv: [] })
  return new Promise<Buffer>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`A chart was not drawn within ${LONGEST_MS} ms.`)), LONGEST_MS)
    thread.once('message', (png: Uint8Array) => resolve(Buffer.from(png.buffer, png.byteOffset, png.byteLength)))
    thread.once('error', reject)
    thread.once('exit', () => {
      clearTimeout(timer)
      reject(new Error('The thread that draws ended too early.'))
    })
  }).finally(() => thread.terminate())
}
