const DAY = 86_400_000

/** 10:21 */
export function clock(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
}

/** Today, Yesterday, Friday 14 March */
export function day(at: number): string {
  const days = Math.round((startOfDay(Date.now()) - startOfDay(at)) / DAY)
  if (days === 0) return 'Today'
  if (days === 1) return 'Yesterday'
  return new Date(at).toLocaleDateString('en-GB', { weekday: 'long', day: 'numeric', month: 'long' })
}

/** 10:21 today, otherwise 14 Mar */
export function shortTime(at: number): string {
  if (startOfDay(at) === startOfDay(Date.now())) return clock(at)
  return new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
}

/** Friday 14 March at 10:21 */
export function fullTime(at: number): string {
  return `${day(at)} at ${clock(at)}`
}

type Shown = Intl.DateTimeFormatOptions

const DATES: Record<string, Shown> = {
  date_num: { day: '2-digit', month: '2-digit', year: 'numeric' },
  date: { day: 'numeric', month: 'long', year: 'numeric' },
  date_slash: { day: '2-digit', month: '2-digit', year: 'numeric' },
  date_short: { day: 'numeric', month: 'short', year: 'numeric' },
  date_long: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
}

/**
 * What stands for a moment (ms) in a text, as `{date_short_pretty} {time}`, by the reader's clock and with 24 hours, as
 * everywhere on this page. Pretty ones say today, yesterday and tomorrow. https://docs.slack.dev/messaging/formatting-message-text
 */
export function inFormat(at: number, format: string, now = Date.now()): string {
  return format.replace(/\{(\w+)\}/g, (token, name: string) => {
    if (name === 'time') return clock(at)
    if (name === 'time_secs') return new Date(at).toLocaleTimeString('en-GB')
    const shown = DATES[name.replace(/_pretty$/, '')]
    if (!shown) return token
    const near = name.endsWith('_pretty') && NEAR[Math.round((startOfDay(at) - startOfDay(now)) / DAY) + 1]
    return near || new Date(at).toLocaleDateString('en-GB', shown)
  })
}

const NEAR = ['yesterday', 'today', 'tomorrow']

/** Of a Slack timestamp such as `1700000000.000100`, in milliseconds. */
export function timeOfTs(ts: string): number {
  return Number(ts) * 1000
}

export function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0)
}

/** 12 KB */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} KB`
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}
