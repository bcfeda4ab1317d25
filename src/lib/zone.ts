/** The next moment after `now` at which clocks in this IANA time zone show this time of day. */
export function nextTimeOfDay(now: number, hour: number, minute: number, zone: string): number {
  const local = new Date(now + offsetAt(now, zone))
  const days = [0, 1, 2].map(day =>
    momentOf(Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate() + day, hour, minute), zone),
  )
  return days.find(at => at > now) as number
}

/** When clocks there show what `shown` would be in UTC; asked twice, since the first guess may lie beyond a change of the clocks. */
function momentOf(shown: number, zone: string): number {
  const guess = shown - offsetAt(shown, zone)
  return shown - offsetAt(guess, zone)
}

/** By how many milliseconds clocks there are ahead of UTC. */
function offsetAt(at: number, zone: string): number {
  const shown = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
    .formatToParts(at)
    .find(p => p.type === 'timeZoneName')?.value
  const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d\d):(\d\d)/.exec(shown ?? '') ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}

/** Whether this is a time zone that we know. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone })
    return true
  } catch {
    return false
  }
}
