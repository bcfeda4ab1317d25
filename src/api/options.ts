import type { Document } from '../core/document.ts'
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
  localHooks: boolean // files may also be fetched from this machine
  /** What HTML says, without what a mail could not say. */
  readHtml(html: string): Document
}
