import type { Document } from '../core/document.ts'
import type { BegunTicket } from '../core/drafts.ts'
import type { Store } from '../db/store.ts'
import type { Log } from '../lib/log.ts'
import type { Metrics } from '../metrics.ts'

/** What the API is given by whoever starts it. */
export interface ApiOptions {
  store: Store
  log: Log
  perMinute: number // requests of one key
  proxies: string[] // networks whose word on where a request comes from is believed
  version: string
  metrics: Metrics
  localHooks: boolean // files may also be fetched from this machine, and webhooks be on it
  places: Places
  /** What HTML says, without what a mail could not say. */
  readHtml(html: string): Document
  /** A ticket begun by a program, as the form at the desk that it is kept as. */
  formOfTicket(begun: BegunTicket): string
}

/** The places at the desk where teams can show their tickets. */
export interface Places {
  /** Throws a Problem under `place` for one where no team may, or while it cannot be told. */
  refuse(place: string): Promise<void>
  /** Makes ready to write there, and writes down why not where that is not possible. */
  enter(place: string): Promise<void>
}
