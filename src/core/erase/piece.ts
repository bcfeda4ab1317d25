/** An erasure as a step sees it. */
export interface Erasing {
  id: string
  customerId: string | null
  addresses: string[]
  agentId: string
  cursor: string
}

/** What a piece of a step did: where to go on, null when the step is done, and what it took away. */
export interface Piece {
  cursor: string | null
  counts?: Record<string, number>
}

/** What stands where something was that is forgotten. */
export const ERASED = 'Erased'

/** Whether one of these addresses, or ids, stands in a text or its JSON, and not another that only begins or ends with it. */
export function speaksOf(words: string[], text: string): boolean {
  const written = text.toLowerCase()
  const read = written.replace(/\\(?:u[\da-f]{4}|["\\/bfnrt])/g, ' ') // as JSON: a line's end is no letter of what follows
  return words.some(word => {
    const whole = word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
    const found = new RegExp(`(?<![\\p{L}\\p{N}._+-])${whole}(?![\\p{L}\\p{N}_-]|\\.[\\p{L}\\p{N}])`, 'u')
    return found.test(written) || found.test(read)
  })
}
