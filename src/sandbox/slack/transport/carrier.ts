import type { Json, Sent } from '../types.ts'

/** What goes to the app: an event, or something that a person did. */
export interface Parcel {
  id: string
  kind: Sent['kind']
  payload: Json
  /** Whether the acknowledgement may say something. */
  mayAnswer: boolean
  retry?: { num: number; reason: string }
}

/** A way to the app. */
export interface Carrier {
  /** Resolves with what the acknowledgement says, however late; rejects with NotTaken when none will come. */
  carry(parcel: Parcel): Promise<Json>
  /** Cuts what is open, as an outage does. */
  cut(): void
  close(): Promise<void>
}

/** Why the app did not take something, in the words of `x-slack-retry-reason`. */
export class NotTaken extends Error {
  override name = 'NotTaken'
  /** The app asks not to be sent it again. */
  isFinal: boolean

  constructor(reason: string, isFinal = false) {
    super(reason)
    this.isFinal = isFinal
  }
}
