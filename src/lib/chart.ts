import { type Colour, encodePng } from './png.ts'

export interface Point {
  at: number // ms UTC
  count: number
}

const WIDTH = 960
const HEIGHT = 400
const PLOT = { left: 110, right: WIDTH - 30, top: 30, bottom: HEIGHT - 60 }
const LINES = 4 // across the plot, at most
const THICK = 3
const DOT = 3 // pixels to a side, of which letters are made

const PALETTE: readonly Colour[] = [
  [255, 255, 255],
  [222, 226, 231],
  [198, 219, 247],
  [29, 100, 200],
  [84, 91, 100],
]
const [GRID, AREA, LINE, TEXT] = [1, 2, 3, 4]

/** How a count grew over time, as a PNG: counts at the left, the first and the last moment (UTC) below. */
export function drawChart(points: Point[]): Buffer {
  const pixels = new Uint8Array(WIDTH * HEIGHT)
  const first = points[0] ?? { at: 0, count: 0 }
  const last = points.at(-1) ?? first
  const step = niceStep(Math.max(...points.map(p => p.count), 1) / LINES)
  const top = step * LINES
  const y = (count: number) => Math.round(PLOT.bottom - (count / top) * (PLOT.bottom - PLOT.top))
  drawCurve(pixels, points, y)
  for (let count = 0; count <= top; count += step) {
    fill(pixels, PLOT.left, y(count), PLOT.right, y(count) + 1, GRID, count > 0)
    const label = String(count)
    write(pixels, PLOT.left - 15 - widthOf(label), y(count) - 10, label)
  }
  write(pixels, PLOT.left, PLOT.bottom + 20, moment(first.at))
  write(pixels, PLOT.right - widthOf(moment(last.at)), PLOT.bottom + 20, moment(last.at))
  return encodePng(WIDTH, HEIGHT, PALETTE, pixels)
}

/** 1, 2 or 5 times a power of ten, and no less than this. */
function niceStep(least: number): number {
  const power = 10 ** Math.max(Math.floor(Math.log10(least)), 0)
  return ([1, 2, 5].find(n => n * power >= least) ?? 10) * power
}

function drawCurve(pixels: Uint8Array, points: Point[], y: (count: number) => number): void {
  let before = y(points[0]?.count ?? 0)
  for (let x = PLOT.left; x <= PLOT.right; x++) {
    const here = y(countAt(points, (x - PLOT.left) / (PLOT.right - PLOT.left)))
    fill(pixels, x, here, x + 1, PLOT.bottom, AREA)
    fill(pixels, x, Math.min(before, here) - 1, x + 1, Math.max(before, here) + THICK - 1, LINE)
    before = here
  }
}

/** Between two points, where they are joined; `share` is how far along the time it is. */
function countAt(points: Point[], share: number): number {
  const [first] = points
  const last = points.at(-1)
  if (!first || !last) return 0
  const at = first.at + share * (last.at - first.at)
  const next = points.findIndex(p => p.at >= at)
  const after = points[next] ?? last
  const prior = points[next - 1] ?? after
  const span = after.at - prior.at
  return span > 0 ? prior.count + ((at - prior.at) / span) * (after.count - prior.count) : after.count
}

/** With `below`, only where nothing is drawn yet. */
function fill(pixels: Uint8Array, x0: number, y0: number, x1: number, y1: number, colour: number, below = false): void {
  for (let y = Math.max(y0, 0); y < Math.min(y1, HEIGHT); y++)
    for (let x = Math.max(x0, 0); x < Math.min(x1, WIDTH); x++)
      if (!below || pixels[y * WIDTH + x] === 0) pixels[y * WIDTH + x] = colour
}

/** `2026-11-21 14:02`: no letters, so that ten digits and two signs are the whole type. */
function moment(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ')
}

const ADVANCE = 6 * DOT

function widthOf(text: string): number {
  return text.length * ADVANCE - DOT
}

function write(pixels: Uint8Array, x: number, y: number, text: string): void {
  ;[...text].forEach((sign, i) => {
    const rows = GLYPHS[sign] ?? []
    rows.forEach((bits, row) => {
      for (let column = 0; column < 5; column++) {
        if (!(bits & (0b10000 >> column))) continue
        const left = x + i * ADVANCE + column * DOT
        fill(pixels, left, y + row * DOT, left + DOT, y + (row + 1) * DOT, TEXT)
      }
    })
  })
}

/** Five dots by seven; each row is five bits. */
const GLYPHS: Record<string, readonly number[]> = {
  '0': [14, 17, 19, 21, 25, 17, 14],
  '1': [4, 12, 4, 4, 4, 4, 14],
  '2': [14, 17, 1, 2, 4, 8, 31],
  '3': [31, 2, 4, 2, 1, 17, 14],
  '4': [2, 6, 10, 18, 31, 2, 2],
  '5': [31, 16, 30, 1, 1, 17, 14],
  '6': [6, 8, 16, 30, 17, 17, 14],
  '7': [31, 1, 2, 4, 8, 8, 8],
  '8': [14, 17, 17, 14, 17, 17, 14],
  '9': [14, 17, 17, 15, 1, 2, 12],
  '-': [0, 0, 0, 31, 0, 0, 0],
  ':': [0, 12, 12, 0, 12, 12, 0],
}
