import { expect, test } from 'vitest'
import { isZone, nextTimeOfDay, zoneOrUtc } from '../../src/lib/zone.ts'

const next = (now: string, time: string, zone: string) =>
  new Date(nextTimeOfDay(Date.parse(now), time, zone)).toISOString()

test('the next 14:00 is today or tomorrow, as clocks show it there', () => {
  expect(next('2026-01-05T12:59:59Z', '14:00', 'Europe/Amsterdam')).toBe('2026-01-05T13:00:00.000Z')
  expect(next('2026-01-05T13:00:00Z', '14:00', 'Europe/Amsterdam')).toBe('2026-01-06T13:00:00.000Z')
  expect(next('2026-01-05T23:30:00Z', '09:15', 'Asia/Kolkata')).toBe('2026-01-06T03:45:00.000Z')
  expect(next('2026-01-05T03:00:00Z', '20:00', 'America/Los_Angeles')).toBe('2026-01-05T04:00:00.000Z')
  expect(next('2026-01-05T12:00:00Z', '00:00', 'UTC')).toBe('2026-01-06T00:00:00.000Z')
})

test('it is right on the days on which clocks change', () => {
  expect(next('2026-03-28T20:00:00Z', '14:00', 'Europe/Amsterdam')).toBe('2026-03-29T12:00:00.000Z')
  expect(next('2026-10-24T20:00:00Z', '14:00', 'Europe/Amsterdam')).toBe('2026-10-25T13:00:00.000Z')
})

test('a time that clocks leap over is when they leap', () => {
  expect(next('2026-03-28T20:00:00Z', '02:15', 'Europe/Amsterdam')).toBe('2026-03-29T01:00:00.000Z')
  expect(next('2026-10-03T12:00:00Z', '02:20', 'Australia/Lord_Howe')).toBe('2026-10-03T15:30:00.000Z')
})

test('a time zone that nobody knows is none', () => {
  expect([isZone('Europe/Amsterdam'), isZone('Mars/Olympus')]).toEqual([true, false])
  expect([zoneOrUtc('Europe/Amsterdam'), zoneOrUtc('Mars/Olympus'), zoneOrUtc(null)]).toEqual([
    'Europe/Amsterdam',
    'UTC',
    'UTC',
  ])
})
