import fc from 'fast-check'
import { DateTime } from 'luxon'
import { afterEach, describe, expect, it } from 'vitest'
import { type Hours, hoursOf, ownHoursOf, setAgentHours, setTeamHours } from '../../src/core/hours/settings.ts'
import {
  addWorkingMs,
  isOpen,
  nextOpening,
  nextWorkingMoment,
  workingDaysAfter,
  workingDaysBefore,
  workingMsBetween,
} from '../../src/core/hours/working-time.ts'
import { whoIsFree } from '../../src/core/routing/availability.ts'
import { changeRouting, routingOf } from '../../src/core/routing/settings.ts'
import { teamById } from '../../src/core/teams.ts'
import { startTown, type Town } from '../support/town.ts'

const HOUR = 3_600_000
const nine = [{ from: '09:00', to: '17:00' }]
const office = (zone: string, changes: Partial<Hours> = {}): Hours => ({
  zone,
  week: [nine, nine, nine, nine, nine, [], []],
  holidays: [],
  ...changes,
})
const at = (iso: string, zone: string) => DateTime.fromISO(iso, { zone }).toMillis()
const shown = (ms: number, zone: string) => DateTime.fromMillis(ms, { zone }).toFormat("yyyy-MM-dd'T'HH:mm")

describe('working time', () => {
  const berlin = office('Europe/Berlin')

  it('passes only while they work, over nights and weekends', () => {
    const friday = at('2026-01-09T16:00', 'Europe/Berlin')
    expect(shown(addWorkingMs(berlin, friday, 4 * HOUR), 'Europe/Berlin')).toBe('2026-01-12T12:00')
    expect(shown(addWorkingMs(berlin, friday, HOUR), 'Europe/Berlin')).toBe('2026-01-09T17:00')
    expect(workingMsBetween(berlin, friday, at('2026-01-12T12:00', 'Europe/Berlin'))).toBe(4 * HOUR)
    expect(isOpen(berlin, at('2026-01-09T17:00', 'Europe/Berlin'))).toBe(false)
    expect(shown(nextOpening(berlin, friday), 'Europe/Berlin')).toBe('2026-01-12T09:00')
    expect(nextWorkingMoment(berlin, friday)).toBe(friday)
    expect(shown(nextWorkingMoment(berlin, friday + HOUR), 'Europe/Berlin')).toBe('2026-01-12T09:00')
  })

  it('leaves out holidays, those of each year and those of one', () => {
    const holidays = [
      { on: '01-01', name: 'New Year' },
      { on: '02-01-2026', name: '' },
    ]
    const hours = office('Europe/Berlin', { holidays })
    expect(shown(addWorkingMs(hours, at('2025-12-31T16:00', 'Europe/Berlin'), 2 * HOUR), 'Europe/Berlin')).toBe(
      '2026-01-05T10:00',
    )
    expect(isOpen(hours, at('2027-01-01T10:00', 'Europe/Berlin'))).toBe(false)
    expect(isOpen(hours, at('2025-01-02T10:00', 'Europe/Berlin'))).toBe(true)
  })

  it('is an hour less where clocks leap ahead in it, and an hour more where they go back', () => {
    const always = office('America/New_York', { week: Array(7).fill([{ from: '00:00', to: '24:00' }]) })
    const day = (date: string) =>
      workingMsBetween(
        always,
        at(`${date}T00:00`, always.zone),
        DateTime.fromISO(date, { zone: always.zone }).plus({ days: 1 }).toMillis(),
      )
    expect(day('2026-03-08')).toBe(23 * HOUR)
    expect(day('2026-11-01')).toBe(25 * HOUR)
    const night = office('America/New_York', { week: Array(7).fill([{ from: '02:00', to: '03:00' }]) })
    expect(isOpen(night, at('2026-03-08T03:30', night.zone))).toBe(false)
    expect(shown(nextOpening(night, at('2026-03-07T04:00', night.zone)), night.zone)).toBe('2026-03-09T02:00')
  })

  it('counts working days at the same time of day, forward and back', () => {
    const thursday = at('2026-03-26T10:00', 'Europe/Berlin')
    const monday = workingDaysAfter(berlin, thursday, 2)
    expect(shown(monday, 'Europe/Berlin')).toBe('2026-03-30T10:00') // clocks changed between them
    expect(shown(workingDaysBefore(berlin, monday, 2), 'Europe/Berlin')).toBe('2026-03-26T10:00')
  })
})

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Santiago',
  'Australia/Lord_Howe', // half an hour
  'Asia/Kolkata',
  'Asia/Beirut', // at midnight
  'Africa/Cairo',
  'Pacific/Auckland',
]
const minutes = fc.uniqueArray(fc.integer({ min: 0, max: 96 }), { minLength: 0, maxLength: 6 }).map(quarters => {
  const sorted = quarters.toSorted((a, b) => a - b)
  const clock = (q: number) => `${String(Math.floor(q / 4)).padStart(2, '0')}:${String((q % 4) * 15).padStart(2, '0')}`
  return Array.from({ length: Math.floor(sorted.length / 2) }, (_, i) => ({
    from: clock(sorted[2 * i] as number),
    to: clock(sorted[2 * i + 1] as number),
  }))
})
const anyHours = fc
  .record({
    zone: fc.constantFrom(...zones),
    week: fc.array(minutes, { minLength: 7, maxLength: 7 }),
    holidays: fc.array(
      fc
        .date({ min: new Date('2026-01-01'), max: new Date('2026-12-31'), noInvalidDate: true })
        .map(d => ({ on: DateTime.fromJSDate(d, { zone: 'UTC' }).toFormat('dd-MM-yyyy'), name: '' })),
      { maxLength: 5 },
    ),
  })
  .filter(h => h.week.some(day => day.length > 0))
// around the days on which clocks change, and any other
const anyMoment = fc.oneof(
  ...[
    '2026-03-08',
    '2026-03-27',
    '2026-03-29',
    '2026-04-05',
    '2026-04-24',
    '2026-10-04',
    '2026-10-25',
    '2026-11-01',
  ].map(day => fc.integer({ min: Date.parse(day) - 36 * HOUR, max: Date.parse(day) + 36 * HOUR })),
  fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2026-12-01') }),
)
const span = fc.integer({ min: 0, max: 80 * HOUR })

describe('working time, whatever the hours, the zone and the moment', () => {
  it('added is what lies between, and ends while they work', () => {
    fc.assert(
      fc.property(anyHours, anyMoment, span, (hours, from, ms) => {
        const due = addWorkingMs(hours, from, ms)
        expect(workingMsBetween(hours, from, due)).toBe(ms)
        if (ms > 0) expect(isOpen(hours, due - 1)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('adds up, in whatever pieces it is counted', () => {
    fc.assert(
      fc.property(anyHours, anyMoment, span, span, (hours, from, a, b) => {
        expect(addWorkingMs(hours, addWorkingMs(hours, from, a), b)).toBe(addWorkingMs(hours, from, a + b))
        const middle = from + a
        const end = middle + b
        expect(workingMsBetween(hours, from, middle) + workingMsBetween(hours, middle, end)).toBe(
          workingMsBetween(hours, from, end),
        )
      }),
      { numRuns: 200 },
    )
  })

  it('begins at the next opening, and not before', () => {
    fc.assert(
      fc.property(anyHours, anyMoment, (hours, from) => {
        const next = nextWorkingMoment(hours, from)
        expect(isOpen(hours, next)).toBe(true)
        expect(workingMsBetween(hours, from, next)).toBe(0)
        const opening = nextOpening(hours, from)
        expect(opening).toBeGreaterThan(from)
        expect(isOpen(hours, opening)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('agrees with the clock on the wall: open is what a slot of that day holds', () => {
    fc.assert(
      fc.property(anyHours, anyMoment, (hours, moment) => {
        const local = DateTime.fromMillis(moment, { zone: hours.zone })
        const isHoliday = hours.holidays.some(h => h.on === local.toFormat('dd-MM-yyyy'))
        const now = local.toFormat('HH:mm')
        const isWithin = hours.week[local.weekday - 1]?.some(s => s.from <= now && now < s.to) ?? false
        // an hour that comes twice belongs to the first slot that reaches it
        const isTwice = local.getPossibleOffsets().length > 1
        if (!isTwice) expect(isOpen(hours, moment)).toBe(isWithin && !isHoliday)
      }),
      { numRuns: 600 },
    )
  })

  it('what is so many working days old is due, and no more than that', () => {
    fc.assert(
      fc.property(anyHours, anyMoment, fc.integer({ min: 1, max: 10 }), (hours, now, days) => {
        const cutoff = workingDaysBefore(hours, now, days)
        expect(workingDaysAfter(hours, cutoff, days) - now).toBeLessThanOrEqual(2 * HOUR) // clocks may have changed
        expect(workingDaysAfter(hours, cutoff + 25 * HOUR, days)).toBeGreaterThan(now - 25 * HOUR)
      }),
      { numRuns: 200 },
    )
  })
})

describe('the hours of a team', () => {
  let town: Town
  afterEach(() => town?.close())

  it('are as usual until they are set, and each fault is named with its day', async () => {
    town = await startTown()
    const { store, team } = town
    expect(hoursOf(team)).toMatchObject({ zone: 'UTC', week: [nine, nine, nine, nine, nine, [], []] })
    const set = (changes: Partial<Hours>) =>
      store.write(tx => setTeamHours(tx, team.id, { ...office('Europe/Berlin'), ...changes }))
    await expect(set({ zone: 'Berlin' })).rejects.toMatchObject({ problems: [{ field: 'zone' }] })
    const wrong = [
      [{ from: '22:00', to: '06:00' }],
      [
        { from: '09:00', to: '12:00' },
        { from: '11:00', to: '13:00' },
      ],
    ]
    await expect(set({ week: [...wrong, [{ from: '9', to: '10:00' }], [], [], [], []] })).rejects.toMatchObject({
      problems: [{ field: 'day:1' }, { field: 'day:2' }, { field: 'day:3', message: 'A time looks like 09:00.' }],
    })
    await expect(set({ holidays: [{ on: '31-02', name: '' }] })).rejects.toMatchObject({
      problems: [{ field: 'holidays' }],
    })
    await expect(set({ week: [[], [], [], [], [], [], []] })).rejects.toThrow('at least one day')
    await set({ holidays: [{ on: '29-02', name: 'Leap day' }] })
    expect(hoursOf(await store.read(q => teamById(q, team.id)))).toMatchObject({ zone: 'Europe/Berlin' })
  })

  it('may be others for an agent, who is given nothing outside them where the team wants it', async () => {
    town = await startTown() // 9:00 UTC
    const { store, team, ann, clock } = town
    const state = async () => (await store.read(q => whoIsFree(q, clock.now)))[0]?.agents[0]?.state
    const routing = (followHours: boolean) =>
      store.write(tx =>
        changeRouting(tx, team.id, { ...routingOf(team), followHours }, { takers: [ann.id], leads: [] }),
      )
    await store.write(tx => setAgentHours(tx, ann.id, office('America/New_York')))
    await routing(false)
    expect(await state()).toBe('free')
    await routing(true)
    expect(await state()).toBe('off')
    clock.now += 6 * HOUR
    expect(await state()).toBe('free')
  })

  it("may be others for an agent, until they are the team's again", async () => {
    town = await startTown()
    const { store, ann } = town
    const mine = async () =>
      ownHoursOf(
        await store.read(q => q.selectFrom('agents').selectAll().where('id', '=', ann.id).executeTakeFirstOrThrow()),
      )
    expect(await mine()).toBeNull()
    await store.write(tx => setAgentHours(tx, ann.id, office('Asia/Kolkata')))
    expect(await mine()).toMatchObject({ zone: 'Asia/Kolkata' })
    await store.write(tx => setAgentHours(tx, ann.id, null))
    expect(await mine()).toBeNull()
  })
})
