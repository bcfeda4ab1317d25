/** The font that all words of a picture are in: it must look the same wherever it is drawn. */
export const CHART_FONT = 'Lato'

const WIDTH = 1_000
const HEIGHT = 540
export const PLOT = { left: 130, right: 950, top: 132, bottom: 424 }
export const MIDDLE = (PLOT.left + PLOT.right) / 2

/** On a ground of its own, since Slack shows a picture on white or on near black, as its reader likes. */
export const INK = {
  ground: '#ffffff',
  edge: '#c9ccd1',
  words: '#1d1c1d',
  soft: '#55585d',
  grid: '#e3e5e8',
  curve: '#1264a3',
  second: '#e8912d',
}

/** A picture of ours: its frame, and what is drawn in it. */
export function picture(...parts: string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" font-family="${CHART_FONT}" font-size="30" fill="${INK.soft}">`,
    `<rect x="1" y="1" width="${WIDTH - 2}" height="${HEIGHT - 2}" rx="16" fill="${INK.ground}" stroke="${INK.edge}" stroke-width="2"/>`,
    ...parts,
    '</svg>',
  ].join('\n')
}

/** The two axes of the plot, with a line across for each of these counts. */
export function countGrid(ticks: number[], y: (count: number) => number): string[] {
  return [
    ...ticks.map(n => `<path d="M${PLOT.left} ${y(n)}H${PLOT.right}" stroke="${INK.grid}" stroke-width="2"/>`),
    ...ticks.map(n => words(PLOT.left - 14, y(n) + 11, shown(n), 'text-anchor="end"')),
  ]
}

export function axes(): string {
  return `<path d="M${PLOT.left} ${PLOT.top}V${PLOT.bottom}H${PLOT.right}" fill="none" stroke="${INK.soft}" stroke-width="2"/>`
}

const STEPS = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500]
const MOST_LINES = 5

/** Whole numbers from 0 to the first round one that is not below the most. */
export function countAxis(most: number): { end: number; ticks: number[] } {
  const scale = 10 ** Math.max(Math.floor(Math.log10(Math.max(most, 1))) - 1, 0)
  const step = (STEPS.find(s => s * scale * MOST_LINES >= most) ?? 1_000) * scale
  const lines = Math.max(Math.ceil(most / step), 1)
  return { end: lines * step, ticks: Array.from({ length: lines + 1 }, (_, i) => i * step) }
}

/** `text` is our own: nothing in it has to be escaped. */
export function words(x: number, y: number, text: string, look = ''): string {
  return `<text x="${px(x)}" y="${px(y)}" ${look}>${text}</text>`
}

export function px(n: number): string {
  return n.toFixed(1)
}

export function shown(n: number): string {
  return n.toLocaleString('en')
}
