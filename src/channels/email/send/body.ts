import type { Letter } from '../../../core/letter.ts'
import { toHtml, toText } from './html.ts'
import type { Campaign } from './kinds.ts'
import { type EnclosedFile, filePart, multipart, oneLine, type Part, textPart } from './mime.ts'

/** What stands at the end of a mail to many: who sends it, and how one gets no more. */
export type Leave = Pick<Campaign, 'postal' | 'unsubscribe'>

/** The text and the html of a letter, with its pictures and files, as one part. */
export function bodyOf(letter: Letter, files: EnclosedFile[], boundary: string, leave: Leave | null = null): Part {
  const images = files.filter(f => f.contentId)
  const enclosures = files.filter(f => !f.contentId)
  const html = textPart('html', htmlOf(letter, images, leave))
  const shown = images.length ? multipart('related', `${boundary}_r`, [html, ...images.map(filePart)]) : html
  const alternative = multipart('alternative', `${boundary}_a`, [textPart('plain', textOf(letter, leave)), shown])
  return enclosures.length
    ? multipart('mixed', `${boundary}_m`, [alternative, ...enclosures.map(filePart)])
    : alternative
}

function signatures(letter: Letter): string[] {
  return [letter.message?.author.signature ?? '', letter.ticket.team.signature].map(s => s.trim()).filter(s => s !== '')
}

function textOf(letter: Letter, leave: Leave | null): string {
  const signed = signatures(letter)
  return [
    toText(letter.message?.body ?? []).trimEnd(),
    '',
    ...(signed.length ? ['-- ', signed.join('\n\n'), ''] : []),
    letter.ticket.identifier,
    ...fieldLines(letter),
    '',
    ...(leave ? [...postalOf(leave), `Unsubscribe: ${oneLine(leave.unsubscribe.url)}`, ''] : []),
  ].join('\n')
}

/** What customers may see of the ticket's fields, in its first mail. */
function fieldLines({ message, ticket }: Letter): string[] {
  if (!message?.opening) return []
  return ticket.fields.filter(f => f.visible).map(f => `${oneLine(f.name)}: ${oneLine(f.text)}`)
}

function postalOf({ postal }: Leave): string[] {
  return (postal ?? '')
    .trim()
    .split(/\r\n?|\n/)
    .map(line => oneLine(line).trim())
    .filter(Boolean)
}

// No colour or background of our own but the quiet grey, which is legible on white and on black: light and dark
// clients then show the mail as they show any other.
const FONT = 'font-family:-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica,Arial,sans-serif'
const QUIET = '#808690'

function htmlOf(letter: Letter, images: EnclosedFile[], leave: Leave | null): string {
  const signed = signatures(letter).map(s => escaped(s).replace(/\r\n?|\n/g, '<br>\n'))
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escaped(oneLine(letter.ticket.subject))}</title>
</head>
<body style="margin:0;padding:0">
<div dir="auto" style="${FONT};font-size:15px;line-height:1.5;max-width:640px">
${toHtml(letter.message?.body ?? [])}
${images.map(picture).join('')}${signed.length ? `<div style="margin:16px 0 0;color:${QUIET}">-- <br>\n${signed.join('<br>\n<br>\n')}</div>\n` : ''}\
<div style="margin:24px 0 0;font-size:12px;color:${QUIET}">${[letter.ticket.identifier, ...fieldLines(letter)].map(escaped).join('<br>\n')}${leave ? leaveHtml(leave) : ''}</div>
</div>
</body>
</html>
`
}

function leaveHtml(leave: Leave): string {
  const link = `<a href="${escaped(oneLine(leave.unsubscribe.url))}" style="color:${QUIET}">Unsubscribe</a>`
  return `<br>\n<br>\n${[...postalOf(leave).map(escaped), link].join('<br>\n')}`
}

function picture(file: EnclosedFile): string {
  const cid = encodeURI((file.contentId ?? '').replace(/[<>\s]/g, ''))
  return `<p style="margin:12px 0"><img src="cid:${escaped(cid)}" alt="${escaped(oneLine(file.name))}" style="max-width:100%;height:auto"></p>\n`
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}
