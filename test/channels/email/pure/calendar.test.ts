import { describe, expect, test } from 'vitest'
import { plainText } from '../../../../src/core/document.ts'
import { mail, read } from '../mails.ts'

/** An invitation by Jane to a kick-off, as calendar programs send it, with other lines where wanted. */
function ics(
  method: string,
  lines: string[] = [],
  times = ['DTSTART;TZID=Europe/Berlin:20260303T100000', 'DTEND;TZID=Europe/Berlin:20260303T110000'],
) {
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Town//Calendar//EN',
    `METHOD:${method}`,
    'BEGIN:VEVENT',
    'UID:kickoff@acme.test',
    'DTSTAMP:20260301T080000Z',
    'SUMMARY:Project kickoff',
    ...times,
    'ORGANIZER;CN=Jane Doe:mailto:jane@acme.test',
    ...lines,
    'END:VEVENT',
    'END:VCALENDAR',
  ].join('\n')
}

function invitation(calendar: string, type = 'text/calendar; charset=utf-8; method=REQUEST', disposition = '') {
  return mail(
    `--b\nContent-Type: text/plain\n\nJane invites you to the kick-off in the old mill.\n--b\nContent-Type: ${type}\n${disposition}\n${calendar}\n--b--\n`,
    { Subject: 'Project kickoff', 'Content-Type': 'multipart/alternative; boundary=b' },
  )
}

const lineOf = async (raw: Buffer) => {
  const { kind, body } = await read(raw)
  return `${kind}: ${plainText(body)}`
}

describe('a mail of a calendar program is one line', () => {
  test.each<[string, string[], string[] | undefined, string]>([
    ['REQUEST', [], undefined, 'Invitation: Project kickoff, 3 Mar 2026 10:00 to 11:00 (Europe/Berlin)'],
    [
      'REQUEST',
      ['SEQUENCE:2'],
      undefined,
      'Changed invitation: Project kickoff, 3 Mar 2026 10:00 to 11:00 (Europe/Berlin)',
    ],
    ['CANCEL', [], undefined, 'Cancelled: Project kickoff, 3 Mar 2026 10:00 to 11:00 (Europe/Berlin)'],
    [
      'REPLY',
      ['ATTENDEE;CN=Joe Miller;PARTSTAT=ACCEPTED:mailto:joe@acme.test'],
      undefined,
      'Joe Miller accepted: Project kickoff, 3 Mar 2026 10:00 to 11:00 (Europe/Berlin)',
    ],
    [
      'REPLY',
      ['ATTENDEE;PARTSTAT=DECLINED:mailto:joe@acme.test'],
      undefined,
      'joe@acme.test declined: Project kickoff, 3 Mar 2026 10:00 to 11:00 (Europe/Berlin)',
    ],
    [
      'COUNTER',
      ['ATTENDEE;CN=Joe:mailto:joe@acme.test'],
      undefined,
      'Joe proposes another time: Project kickoff, 3 Mar 2026 10:00 to 11:00 (Europe/Berlin)',
    ],
    [
      'REQUEST',
      [],
      ['DTSTART:20260303T100000Z', 'DTEND:20260304T090000Z'],
      'Invitation: Project kickoff, 3 Mar 2026 10:00 to 4 Mar 2026 09:00 (UTC)',
    ],
    [
      'REQUEST',
      [],
      ['DTSTART;VALUE=DATE:20260303', 'DTEND;VALUE=DATE:20260304'],
      'Invitation: Project kickoff, 3 Mar 2026',
    ],
    [
      'REQUEST',
      [],
      ['DTSTART;VALUE=DATE:20260303', 'DTEND;VALUE=DATE:20260306'],
      'Invitation: Project kickoff, 3 Mar 2026 to 5 Mar 2026',
    ],
    ['REQUEST', [], [], 'Invitation: Project kickoff'],
  ])('%s %s %s', async (method, lines, times, says) => {
    expect(await lineOf(invitation(ics(method, lines, times), `text/calendar; method=${method}`))).toBe(
      `calendar: ${says}`,
    )
  })

  test('and the whole mail and its file can still be seen', async () => {
    const { full, files } = await read(invitation(ics('REQUEST')))
    expect(plainText(full ?? [])).toContain('in the old mill')
    expect(files.map(f => f.type)).toContain('text/calendar')
  })

  test('unless it cannot be read: then its words are shown', async () => {
    expect(await lineOf(invitation('BEGIN:VCALENDAR\nnot a calendar'))).toBe(
      'calendar: Jane invites you to the kick-off in the old mill.',
    )
  })
})

describe('a person’s mail with a calendar file stays a person’s', () => {
  test('when it is attached', async () => {
    const file = 'Content-Disposition: attachment; filename="kickoff.ics"\n'
    expect(await lineOf(invitation(ics('REQUEST'), 'text/calendar; method=REQUEST', file))).toMatch(
      /^human: Jane invites/,
    )
  })

  test('when it is only published', async () => {
    expect(await lineOf(invitation(ics('PUBLISH'), 'text/calendar; method=PUBLISH'))).toMatch(/^human: /)
  })

  test('when its label says no method', async () => {
    expect(await lineOf(invitation(ics('REQUEST'), 'text/calendar; name="kickoff.ics"'))).toMatch(/^human: /)
  })
})
