// Numbers as marks: each lies in a block of each size, so that whatever lies between two of them is found by a few blocks,
// as years, months and days find a span of time.

const DIGITS = 7 // hexadecimal, of the sixteen of a float: beyond them it has to be looked at exactly

/** The blocks that the number lies in, from the widest to the narrowest. */
export function blocksOf(number: number): string[] {
  const digits = hex(placeOf(number), DIGITS)
  return Array.from({ length: DIGITS }, (_, i) => digits.slice(0, i + 1))
}

/** Blocks that hold all numbers from one to the other, and few others. */
export function blocksBetween(from: number, to: number): string[] {
  const blocks: string[] = []
  let [first, last, digits] = [placeOf(from), placeOf(to), DIGITS]
  while (first <= last) {
    while (first <= last && (first % 16 !== 0 || digits === 1)) blocks.push(hex(first++, digits))
    while (first <= last && last % 16 !== 15) blocks.push(hex(last--, digits))
    if (first > last) break
    ;[first, last, digits] = [Math.floor(first / 16), Math.floor(last / 16), digits - 1]
  }
  return blocks
}

function hex(place: number, digits: number): string {
  return place.toString(16).padStart(digits, '0')
}

/** Where it stands in the order of all floats, roughly: their bits are in that order, negative ones backwards. */
function placeOf(number: number): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, number === 0 ? 0 : number) // not -0
  const high = view.getUint32(0)
  const ordered = high >>> 31 ? ~high >>> 0 : (high | 0x80000000) >>> 0
  return ordered >>> (32 - DIGITS * 4)
}
