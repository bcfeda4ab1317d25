import { z } from 'zod'

const LONGEST = 20_000

/** What a program keeps with something for itself; we only give it back. */
export const metadata = z
  .record(z.string(), z.unknown())
  .refine(kept => JSON.stringify(kept).length <= LONGEST, 'At most 20,000 characters as JSON')
