import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPace, type Pace } from '../../../../src/channels/email/send/pace.ts'

const MINUTE = 60_000

/** Sends mails as fast as the pace lets them; how many began in each minute. */
function run(pace: Pace, mails: number, minutes: number, domain = 'acme.test', hurried = false): number[] {
  const begun = new Array<number>(minutes).fill(0)
  const due = Array.from({ length: mails }, (_, i) => ({ id: `${domain}-${hurried}-${i}`, at: 0 }))
  for (let now = 0; now < minutes * MINUTE; now += 500)
    for (const mail of due.filter(d => d.at <= now)) {
      const wait = pace.begin({ id: mail.id, domain, hurried }, now)
      if (wait > 0) mail.at = now + wait
      else {
        begun[Math.floor(now / MINUTE)]! += 1
        pace.done(domain)
        due.splice(due.indexOf(mail), 1)
      }
    }
  return begun
}

describe('mail to one domain', () => {
  test('goes at once as long as there is little of it', () => {
    const pace = createPace(60)
    for (let i = 0; i < 60; i++) {
      expect(pace.begin({ id: `m${i}`, domain: 'acme.test', hurried: false }, 0)).toBe(0)
      pace.done('acme.test')
    }
    expect(pace.begin({ id: 'other', domain: 'globex.test', hurried: false }, 0)).toBe(0)
  })

  test('goes evenly once there is much, each mail in the turn that it was given', () => {
    const begun = run(createPace(60), 400, 6)
    expect(begun[0]).toBeLessThanOrEqual(121)
    for (const n of begun.slice(1, 5)) expect(n).toBeGreaterThanOrEqual(55)
    for (const n of begun.slice(1, 5)) expect(n).toBeLessThanOrEqual(61)
  })

  test('makes no answer wait behind outreach', () => {
    const pace = createPace(60)
    run(pace, 500, 2)
    expect(pace.begin({ id: 'answer', domain: 'acme.test', hurried: true }, 2 * MINUTE)).toBe(0)
  })

  test('goes by few connections at once, and a mail that found none is not late for long', () => {
    const pace = createPace(60)
    const waits = Array.from({ length: 30 }, (_, i) =>
      pace.begin({ id: `m${i}`, domain: 'acme.test', hurried: true }, 0),
    )
    expect(waits.filter(w => w === 0)).toHaveLength(10)
    expect(Math.max(...waits)).toBe(1_000)
    for (let i = 0; i < 10; i++) pace.done('acme.test')
    expect(pace.begin({ id: 'm29', domain: 'acme.test', hurried: true }, 1_000)).toBe(0)
  })

  test('to the big mailbox providers may be more, and their domains are one', () => {
    const begun = run(createPace(60), 300, 1, 'gmail.com')
    expect(begun[0]).toBe(300)
    const pace = createPace(60)
    run(pace, 700, 1, 'outlook.com')
    expect(pace.begin({ id: 'x', domain: 'hotmail.co.uk', hurried: false }, MINUTE)).toBeGreaterThan(0)
    expect(pace.begin({ id: 'y', domain: 'hotmail.co.uk.evil.test', hurried: false }, MINUTE)).toBe(0)
  })

  test('goes at half the speed once its servers find us too fast, and recovers slowly', () => {
    const pace = createPace(60)
    pace.slower('acme.test', 0)
    pace.slower('acme.test', 10) // one that was under way says so, too
    expect(pace.begin({ id: 'first', domain: 'acme.test', hurried: true }, 20)).toBeGreaterThanOrEqual(MINUTE - 20)
    expect(pace.begin({ id: 'else', domain: 'globex.test', hurried: true }, 20)).toBe(0)
    const begun = run(pace, 400, 4)
    expect(begun[0]).toBe(0)
    expect(begun[1]).toBeLessThanOrEqual(31)
    for (let i = 0; i < 50; i++) pace.faster('acme.test')
    expect(run(pace, 60, 3, 'acme.test', true)[1]).toBeGreaterThanOrEqual(45)
  })

  test('is never held for ever, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('slower', 'faster', 'mail'), { maxLength: 60 }), steps => {
        const pace = createPace(60)
        let now = 0
        for (const step of steps) {
          now += 7_000
          if (step === 'slower') pace.slower('acme.test', now)
          else if (step === 'faster') pace.faster('acme.test')
          else if (pace.begin({ id: `m${now}`, domain: 'acme.test', hurried: false }, now) === 0) pace.done('acme.test')
        }
        const wait = pace.begin({ id: 'last', domain: 'acme.test', hurried: true }, now)
        expect(wait).toBeLessThanOrEqual(62 * MINUTE)
        expect(pace.begin({ id: 'last', domain: 'acme.test', hurried: true }, now + wait)).toBe(0)
      }),
    )
  })
})
