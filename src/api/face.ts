import type { FastifyPluginAsync } from 'fastify'
import type { z } from 'zod'
import type { ApiOptions } from './options.ts'

/** One of the ways in which programs speak to us: its paths, what it can be asked, and how it says no. */
export interface Face {
  name: string // as people know it
  prefix: string
  header: string // in which its programs send their key
  routes: FastifyPluginAsync<ApiOptions>
  /** The body of a refusal, of the shape below. */
  refusal(refusal: Refusal, at: Date): object
  refused: z.ZodType
  /** What the face answers where others answer this; absent: the same. */
  statusOf?(status: number): number
}

/** One thing that is wrong with a request; `field` as the request spells it. */
export interface Fault {
  field: string | null
  message: string // a finished sentence
  isMissing?: true // nothing was given at all
}

/** Why a request is refused. */
export interface Refusal {
  status: number
  faults: Fault[] // at least one
  part?: 'body' | 'querystring' | 'params' | 'headers' // of the request, that they are in; absent: its body, or none
}
