/** What the page is told when it is mounted; it reaches the browser as JSON. */
export interface PageSettings {
  /** Who one can act as, by the ids of the Slack sandbox; the first is whom one is at the start. */
  actingAs: { id: string; name: string }[]
  /** Addresses that customers may write to: what *Write a new mail* offers. */
  desk?: string[]
  /** Name or id of the channel that is open at the start; the first one otherwise. */
  channel?: string
  /** The mailbox that is open at the start; the newest one otherwise. */
  mailbox?: string
  title?: string
  /** Things to try, shown in the bar at the top; good ones are there by default. */
  hints?: string[]
}
