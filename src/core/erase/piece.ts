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
