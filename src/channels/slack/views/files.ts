import type { KnownBlock } from '@slack/types'
import type { AttachmentView, FileLink, MessageView } from '../../../core/view.ts'
import { context, cut, escaped, mrkdwn, oneLine, plain } from './blocks.ts'
import { moment, size } from './words.ts'

/** The files of a message that are put into its thread. What was there before, or is part of a signature, is named only. */
export function shownFiles(message: MessageView): AttachmentView[] {
  return message.attachments.filter(file => !isFolded(message, file))
}

function isFolded({ author }: MessageView, file: AttachmentView): boolean {
  return author.kind !== 'agent' && (file.known || file.minor)
}

/** A line for files that are not shown again, and one for those that the customer gets as links. */
export function fileLines(message: MessageView): KnownBlock[] {
  const folded = message.attachments.filter(file => isFolded(message, file))
  const again = folded.filter(file => file.known)
  const minor = folded.filter(file => !file.known)
  const links = message.attachments.filter(file => file.link)
  const until = links[0]?.link?.until
  return [
    ...(again.length ? [line(`📎 ${names(again)} again`)] : []),
    ...(minor.length ? [line(`📎 From the signature: ${names(minor)}`)] : []),
    ...(until ? [context(plain(cut(`🔗 As a link: ${names(links)}`, 1_000)), `until ${moment(until)}`)] : []),
  ]
}

function line(text: string): KnownBlock {
  return context(plain(cut(text, 1_000)))
}

function names(files: AttachmentView[]): string {
  return files.map(f => `${oneLine(f.name)} (${size(f.size)})`).join(', ')
}

/** Tells of files that Slack does not take: why, and where each can be fetched. */
export function leftOutPost(files: { file: AttachmentView; why: string; link: FileLink | null }[]): {
  blocks: KnownBlock[]
  text: string
} {
  const lines = files.map(({ file, why, link }) => {
    const name = escaped(`${cut(oneLine(file.name), 150)} (${size(file.size)})`)
    const way = link ? `<${link.url}|Fetch it> until ${moment(link.until)}.` : file.size > 0 ? KEPT : ''
    return `📎 ${name} is not here, since ${why}. ${way}`.trim()
  })
  return {
    blocks: lines.map(text => mrkdwn(text)),
    text: `Not put into Slack: ${escaped(cut(files.map(f => oneLine(f.file.name)).join(', '), 1_000))}`,
  }
}

const KEPT = 'It is kept in Overture; with PUBLIC_URL set there would be a link to it here.'

/** The files that were folded away: they can be put into the thread all the same. */
export function foldedFiles(message: MessageView): AttachmentView[] {
  return message.attachments.filter(file => isFolded(message, file))
}
