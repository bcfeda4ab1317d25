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
