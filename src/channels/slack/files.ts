import { WebAPIPlatformError } from '@slack/web-api'
import { refuseTooLarge } from '../../core/attachments.ts'
import type { AttachmentView, NewFile } from '../../core/letter.ts'
import { Problem } from '../../lib/problem.ts'
import type { Desk } from './desk.ts'

interface SlackFile {
  name: string
  type: string
  size: number
  url: string
}

/**
 * Fetches files that somebody gave in Slack. Throws a Problem under `files` for those that are too large or gone, before
 * a byte is fetched; anything else that fails is an outage, to be tried again.
 */
export async function downloadFiles(desk: Desk, fileIds: string[]): Promise<NewFile[]> {
  const files = await Promise.all(fileIds.map(id => look(desk, id)))
  refuseTooLarge(files)
  return Promise.all(files.map(file => fetchFile(desk, file)))
}

async function look(desk: Desk, id: string): Promise<SlackFile> {
  try {
    const { file } = await desk.bulk.files.info({ file: id })
    const gone = GONE[file?.mode ?? '']
    if (gone) throw new Problem('invalid', gone, 'files')
    const url = file?.url_private_download ?? file?.url_private
    if (!url || file?.is_external || !isSlacks(url, desk.bulk.slackApiUrl))
      throw new Problem('invalid', 'One of the files cannot be read: it is a link, not a file.', 'files')
    return {
      name: file?.name ?? 'file',
      type: file?.mimetype ?? 'application/octet-stream',
      size: file?.size ?? 0,
      url,
    }
  } catch (error) {
    if (error instanceof WebAPIPlatformError && ['file_not_found', 'file_deleted'].includes(error.data.error))
      throw new Problem('invalid', 'One of the files was deleted in Slack.', 'files')
    throw error
  }
}

/** Files whose bytes Slack keeps from us. https://docs.slack.dev/reference/objects/file-object */
const GONE: Record<string, string> = {
  tombstone: 'One of the files was deleted in Slack.',
  hidden_by_limit: 'Slack hides one of the files, since the workspace holds more than its plan allows.',
}

/** A file may also be a link to anywhere, and where it leads must never see our token. */
function isSlacks(url: string, apiUrl: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, origin } = new URL(url)
  return (
    origin === new URL(apiUrl).origin || (protocol === 'https:' && /(^|\.)slack(-files|-gov)?\.com$/.test(hostname))
  )
}

/** Slack answers with a page to sign in, and 200, when the token may not read a file. */
async function fetchFile(desk: Desk, file: SlackFile): Promise<NewFile> {
  const response = await fetch(file.url, {
    headers: { authorization: `Bearer ${desk.botToken}` },
    signal: AbortSignal.timeout(60_000),
  })
  if (!response.ok) throw new Error(`Slack answered ${response.status} for a file.`)
  const bytes = Buffer.from(await response.arrayBuffer())
  const isPage = response.headers.get('content-type')?.startsWith('text/html') && !file.type.startsWith('text/html')
  if (isPage || (file.size > 0 && bytes.length !== file.size))
    throw new Error('Slack did not give the file itself; is files:read granted?')
  return { name: file.name, type: file.type, bytes }
}

/** https://slack.com/help/articles/201330736 */
const MOST_UPLOADED = 1024 ** 3

/** A file that is not in Slack, and why. */
export interface LeftOut {
  file: AttachmentView
  why: string // such as: it is empty
}

/** Those that Slack takes, and those that it never would. */
export function sortOut(files: AttachmentView[]): { fit: AttachmentView[]; out: LeftOut[] } {
  const whyNot = ({ size }: AttachmentView) =>
    size === 0 ? 'it is empty' : size > MOST_UPLOADED ? 'it is too large for Slack' : null
  return {
    fit: files.filter(f => whyNot(f) === null),
    out: files.flatMap(file => ({ file, why: whyNot(file) ?? '' })).filter(o => o.why),
  }
}

/**
 * Puts files into a thread, as one post, and returns those that Slack refused for good.
 * https://docs.slack.dev/messaging/working-with-files
 */
export async function uploadFiles(
  desk: Desk,
  to: { channel: string; threadTs: string },
  files: AttachmentView[],
): Promise<LeftOut[]> {
  const uploaded: { id: string; title: string }[] = []
  const out: LeftOut[] = []
  for (const file of files) {
    const bytes = await file.read()
    const place = await askForRoom(desk, file)
    if ('refused' in place) {
      out.push({ file, why: `Slack refused it (${place.refused})` })
      continue
    }
    const { upload_url, file_id } = place
    const response = await fetch(upload_url as string, {
      method: 'POST',
      body: new Uint8Array(bytes),
      signal: AbortSignal.timeout(60_000),
    })
    if (!response.ok) throw new Error(`Slack answered ${response.status} to an upload.`)
    uploaded.push({ id: file_id as string, title: file.name })
  }
  const [first, ...others] = uploaded
  if (first)
    await desk.bulk.files.completeUploadExternal({
      files: [first, ...others],
      channel_id: to.channel,
      thread_ts: to.threadTs,
    })
  return out
}

/** What Slack says of this one file; anything else is an outage or a fault of the installation, and thrown. */
const REFUSALS = [
  'file_upload_size_restricted',
  'file_uploads_disabled',
  'file_uploads_except_images_disabled',
  'storage_limit_reached',
  'file_type_not_allowed',
  'blocked_file_type',
  'malware_detected',
]

async function askForRoom(
  desk: Desk,
  { name, size }: AttachmentView,
): Promise<{ upload_url?: string; file_id?: string } | { refused: string }> {
  try {
    return await desk.bulk.files.getUploadURLExternal({ filename: name, length: size })
  } catch (error) {
    if (error instanceof WebAPIPlatformError && REFUSALS.includes(error.data.error))
      return { refused: error.data.error }
    throw error
  }
}
