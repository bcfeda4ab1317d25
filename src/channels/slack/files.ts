import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { WebAPIPlatformError } from '@slack/web-api'
import { refuseTooLarge } from '../../core/attachments.ts'
import type { AttachmentView, NewFile } from '../../core/view.ts'
import { sizeWords } from '../../lib/bytes.ts'
import { Problem } from '../../lib/problem.ts'
import { withTempFile } from '../../lib/temp.ts'
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

const PATIENCE_MS = 1_200 // a form waits for the answer

/**
 * Throws a Problem under `files` for files that are gone, no files at all, or more than a message can carry, as far as
 * Slack says so at once; whatever it does not say is found when they are fetched. `refuse` looks at their sizes.
 */
export async function refuseUnready(
  desk: Desk,
  fileIds: string[],
  refuse: (files: { name: string; size: number }[]) => void = refuseTooLarge,
): Promise<void> {
  const looked = Promise.all(fileIds.map(id => look(desk, id))).catch(error => {
    if (error instanceof Problem) throw error
    return null
  })
  const files = await Promise.race([looked, wait(PATIENCE_MS, null, { ref: false })])
  if (files) refuse(files)
}

async function look(desk: Desk, id: string, field = 'files'): Promise<SlackFile> {
  try {
    const { file } = await desk.bulk.files.info({ file: id })
    const gone = GONE[file?.mode ?? '']
    if (gone) throw new Problem('invalid', gone, field)
    const url = file?.url_private_download ?? file?.url_private
    if (!url || file?.is_external || !isSlacks(url, desk.bulk.slackApiUrl))
      throw new Problem('invalid', 'One of the files cannot be read: it is a link, not a file.', field)
    return {
      name: file?.name ?? 'file',
      type: file?.mimetype ?? 'application/octet-stream',
      size: file?.size ?? 0,
      url,
    }
  } catch (error) {
    if (error instanceof WebAPIPlatformError && ['file_not_found', 'file_deleted'].includes(error.data.error))
      throw new Problem('invalid', 'One of the files was deleted in Slack.', field)
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

async function fetchFile(desk: Desk, file: SlackFile): Promise<NewFile> {
  const response = await ask(desk, file)
  const bytes = Buffer.from(await response.arrayBuffer())
  if (file.size > 0 && bytes.length !== file.size) throw new Error(NOT_THE_FILE)
  return { name: file.name, type: file.type, bytes }
}

const NOT_THE_FILE = 'Slack did not give the file itself; is files:read granted?'

/** Slack answers with a page to sign in, and 200, when the token may not read a file. */
async function ask(desk: Desk, file: SlackFile): Promise<Response> {
  const response = await fetch(file.url, {
    headers: { authorization: `Bearer ${desk.botToken}` },
    signal: AbortSignal.timeout(60_000),
  })
  if (!response.ok) throw new Error(`Slack answered ${response.status} for a file.`)
  const isPage = response.headers.get('content-type')?.startsWith('text/html') && !file.type.startsWith('text/html')
  if (isPage) throw new Error(NOT_THE_FILE)
  return response
}

const MOST_READ = 100 * 1024 * 1024

/**
 * Lends a file that somebody gave in Slack as a stream, by way of the disk: it may be large, and what reads it may be
 * slower than Slack waits. Throws a Problem under the field for one that is gone or too large.
 */
export async function readFile<T>(
  desk: Desk,
  id: string,
  field: string,
  work: (file: Readable) => Promise<T>,
): Promise<T> {
  const file = await look(desk, id, field)
  if (file.size > MOST_READ)
    throw new Problem('invalid', `This file is ${sizeWords(file.size)}; it can have ${sizeWords(MOST_READ)}.`, field)
  return withTempFile(async path => {
    const { body } = await ask(desk, file)
    await pipeline(
      body ? Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]) : [],
      createWriteStream(path),
    )
    if (file.size > 0 && (await stat(path)).size !== file.size) throw new Error(NOT_THE_FILE)
    return work(createReadStream(path))
  })
}

/**
 * Gives somebody a file, or a text of any length as one, in their direct messages, where nobody else sees it. Throws a
 * Problem for one that is larger than Slack takes, or that it refuses.
 */
export async function sendFile(
  desk: Desk,
  userId: string,
  file: { name: string; comment: string } & ({ text: AsyncIterable<string | Uint8Array> } | { bytes: Buffer }),
): Promise<void> {
  await withTempFile(async path => {
    await pipeline('text' in file ? withinLimit(file.text) : [file.bytes], createWriteStream(path))
    const { size } = await stat(path)
    const place = await askForRoom(desk, { name: file.name, size })
    if ('refused' in place)
      throw new Problem('limited', `Slack refused a file of ${sizeWords(size)} (${place.refused}).`)
    await upload(place.upload_url as string, Readable.toWeb(createReadStream(path)) as ReadableStream, size)
    const { channel } = await desk.bulk.conversations.open({ users: userId })
    await desk.bulk.files.completeUploadExternal({
      files: [{ id: place.file_id as string, title: file.name }],
      channel_id: channel?.id as string,
      initial_comment: file.comment,
    })
  })
}

/** https://slack.com/help/articles/201330736 */
const MOST_UPLOADED = 1024 ** 3

async function* withinLimit(text: AsyncIterable<string | Uint8Array>): AsyncIterable<string | Uint8Array> {
  let size = 0
  for await (const piece of text) {
    size += Buffer.byteLength(piece)
    if (size > MOST_UPLOADED)
      throw new Problem('limited', `The file would be larger than the ${sizeWords(MOST_UPLOADED)} that Slack takes.`)
    yield piece
  }
}

/** A file that is not in Slack, and why. */
export interface LeftOut<F = AttachmentView> {
  file: F
  why: string // such as: it is empty
}

/** What an upload needs of a file. */
export type Uploadable = Pick<AttachmentView, 'name' | 'size' | 'read'>

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
 * Puts files into a thread, or a channel, as one post, and returns those that Slack refused for good.
 * https://docs.slack.dev/messaging/working-with-files
 */
export async function uploadFiles<F extends Uploadable>(
  desk: Desk,
  to: { channel: string; threadTs?: string },
  files: F[],
): Promise<LeftOut<F>[]> {
  const uploaded: { id: string; title: string }[] = []
  const out: LeftOut<F>[] = []
  for (const file of files) {
    const bytes = await file.read()
    const place = await askForRoom(desk, file)
    if ('refused' in place) {
      out.push({ file, why: `Slack refused it (${place.refused})` })
      continue
    }
    const { upload_url, file_id } = place
    await upload(upload_url as string, new Uint8Array(bytes))
    uploaded.push({ id: file_id as string, title: file.name })
  }
  const [first, ...others] = uploaded
  if (first)
    await desk.bulk.files.completeUploadExternal({
      files: [first, ...others],
      channel_id: to.channel,
      ...(to.threadTs !== undefined && { thread_ts: to.threadTs }),
    })
  return out
}

const SLOWEST_BYTES_A_MS = 500

/** A stream's size is told, since Slack wants it; of bytes it is known. */
async function upload(url: string, body: BodyInit, size?: number): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    body,
    ...(size !== undefined && { headers: { 'content-length': String(size) }, duplex: 'half' }),
    signal: AbortSignal.timeout(60_000 + Math.ceil((size ?? 0) / SLOWEST_BYTES_A_MS)),
  } as RequestInit)
  if (!response.ok) throw new Error(`Slack answered ${response.status} to an upload.`)
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
  { name, size }: Pick<Uploadable, 'name' | 'size'>,
): Promise<{ upload_url?: string; file_id?: string } | { refused: string }> {
  try {
    return await desk.bulk.files.getUploadURLExternal({ filename: name, length: size })
  } catch (error) {
    if (error instanceof WebAPIPlatformError && REFUSALS.includes(error.data.error))
      return { refused: error.data.error }
    throw error
  }
}
