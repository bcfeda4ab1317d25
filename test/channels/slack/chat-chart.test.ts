import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { answersChart } from '../../../src/channels/slack/deliver/chart.ts'
import { answersSvg, type Charted } from '../../../src/channels/slack/views/chats/chart.ts'

const BEGUN = Date.UTC(2026, 0, 5, 9)
const HOUR = 3_600_000

/** A curve as the report has it: evenly over the time, the last answer at its end. */
function answers(count: number, spanMs: number): { at: number; count: number }[] {
  if (!count) return []
  return Array.from({ length: 61 }, (_, i) => ({ at: BEGUN + (i * spanMs) / 60, count: Math.floor((count * i) / 60) }))
}

const chat = (sent: number): Charted => ({ number: 7, counts: { sent } as Charted['counts'] })
const svg = (count: number, spanMs: number, sent = 20_000) =>
  answersSvg({ answersOverTime: answers(count, spanMs) }, chat(sent))
const words = (picture: string) => [...picture.matchAll(/>([^<>\n]+)<\/text>/g)].map(([, text]) => text)

describe('the picture of answers over time', () => {
  it('says its axes in plain words, in the unit that fits', () => {
    expect(words(svg(37, 70_000, 194))).toEqual([
      'Chat 7: 37 of 194 answered (19 %)',
      ...['0', '10', '20', '30', '40'],
      ...['0', '10', '20', '30', '40', '50', '60', '70'],
      ...['seconds since it began', 'answers'],
    ])
    expect(words(svg(5, HOUR))).toContain('minutes since it began')
    expect(words(svg(5, 30 * HOUR))).toContain('hours since it began')
    expect(words(svg(5, 9 * 24 * HOUR))).toContain('days since it began')
  })

  it('is right for none, one and ten thousand', () => {
    expect(words(svg(0, 0, 200))).toEqual([
      'Chat 7: 0 of 200 answered',
      ...['0', '1', 'time since it began', 'answers', 'Nobody has answered yet.'],
    ])
    expect(words(svg(1, HOUR, 1)).slice(0, 3)).toEqual(['Chat 7: 1 of 1 answered (100 %)', '0', '1'])
    expect(words(svg(10_000, HOUR)).slice(0, 7)).toEqual([
      'Chat 7: 10,000 of 20,000 answered (50 %)',
      ...['0', '2,000', '4,000', '6,000', '8,000', '10,000'],
    ])
  })

  it('keeps within its frame, however many answers there are and however long it took', () => {
    for (const count of [1, 2, 7, 99, 1_001, 123_456])
      for (const spanMs of [0, 1, 999, HOUR, 49 * HOUR, 4_000 * 24 * HOUR]) {
        const picture = svg(count, spanMs)
        expect(picture).not.toMatch(/NaN|Infinity|undefined/)
        const xs = [...picture.matchAll(/(?: x="|[MH])(-?[\d.]+)/g)].map(([, x]) => Number(x))
        const ys = [...picture.matchAll(/(?: y="|V)(-?[\d.]+)/g)].map(([, y]) => Number(y))
        expect(Math.max(...xs)).toBeLessThanOrEqual(1_000)
        expect(Math.max(...ys)).toBeLessThanOrEqual(540)
        expect(Math.min(...xs, ...ys)).toBeGreaterThan(0)
        expect(words(picture).length).toBeLessThan(20)
      }
  })

  it('is drawn as a PNG with its words, on a ground of its own', async () => {
    const png = await answersChart({ answersOverTime: answers(37, HOUR) }, chat(194))
    const { width, height, at } = pixelsOf(png)
    expect([width, height]).toEqual([1_000, 540])
    expect(at(980, 20)).toEqual([255, 255, 255, 255])
    expect(at(949, 300)).not.toEqual([255, 255, 255, 255]) // below the curve
    const title = Array.from({ length: 400 * 30 }, (_, i) => at(36 + (i % 400), 34 + Math.floor(i / 400)))
    expect(title.filter(([red = 255]) => red < 128).length).toBeGreaterThan(500)
  })
})

/** Of a PNG with eight bits of red, green, blue and alpha for each pixel. */
function pixelsOf(png: Buffer): { width: number; height: number; at(x: number, y: number): number[] } {
  const width = png.readUInt32BE(16)
  const height = png.readUInt32BE(20)
  const packed: Buffer[] = []
  for (let i = 8; i < png.length; i += 12 + png.readUInt32BE(i))
    if (png.toString('latin1', i + 4, i + 8) === 'IDAT') packed.push(png.subarray(i + 8, i + 8 + png.readUInt32BE(i)))
  const raw = inflateSync(Buffer.concat(packed))
  const stride = width * 4
  const rows = Buffer.alloc(stride * height)
  for (let y = 0; y < height; y++)
    for (let i = 0; i < stride; i++) {
      const left = i < 4 ? 0 : (rows[y * stride + i - 4] as number)
      const above = y === 0 ? 0 : (rows[(y - 1) * stride + i] as number)
      const corner = y === 0 || i < 4 ? 0 : (rows[(y - 1) * stride + i - 4] as number)
      const filters = [0, left, above, (left + above) >> 1, paeth(left, above, corner)]
      const filter = raw[y * (stride + 1)] as number
      rows[y * stride + i] = ((raw[y * (stride + 1) + 1 + i] as number) + (filters[filter] as number)) & 255
    }
  return { width, height, at: (x, y) => [...rows.subarray(y * stride + x * 4, y * stride + x * 4 + 4)] }
}

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)]
  return a <= b && a <= c ? left : b <= c ? above : corner
}
