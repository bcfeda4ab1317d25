import { randomUUID } from 'node:crypto'
import { publish } from './events.ts'
import type { FileView, Json, Upload } from './types.ts'
import type { Message, StoredFile, User, World } from './world.ts'

const TYPES: Record<string, string> = {
  txt: 'text/plain',
  csv: 'text/csv',
  md: 'text/markdown',
  html: 'text/html',
  json: 'application/json',
  eml: 'message/rfc822',
  pdf: 'application/pdf',
  zip: 'application/zip',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  svg: 'image/svg+xml',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
}

/** Keeps a file that has no bytes yet, with the ticket that its upload needs. */
export function expectFile(world: World, name: string, size: number, user: string): StoredFile {
  const file: StoredFile = {
    id: world.id('F'),
    name,
    title: name,
    mimetype: TYPES[extension(name)] ?? 'application/octet-stream',
    size,
    user,
    created: Math.floor(world.now() / 1000),
    bytes: undefined,
    uploadTicket: randomUUID().replaceAll('-', ''),
    channels: new Set(),
    isSharedWithApp: false,
    isDeleted: false,
  }
  world.files.set(file.id, file)
  return file
}

/** A person's file, whole. */
export function keepUpload(world: World, upload: Upload, user: User): StoredFile {
  const bytes = Buffer.from(upload.bytes)
  const file = expectFile(world, upload.name, bytes.length, user.id)
  file.bytes = bytes
  if (upload.mimetype) file.mimetype = upload.mimetype
  return file
}

/** Takes a file away for good. */
export function removeFile(world: World, file: StoredFile): void {
  file.isDeleted = true
  file.bytes = undefined
  publish(world, { type: 'file_deleted', file_id: file.id })
}

/** A file as it is shown in a message: of another workspace only its id, to be looked up. */
export function fileJson(world: World, id: string, message?: Message): Json {
  const file = world.files.get(id)
  if (!file || file.isDeleted) return { id, mode: 'tombstone' }
  const isForeign = message?.user_team !== undefined
  return isForeign ? { id, mode: 'file_access', file_access: 'check_file_info' } : wholeFileJson(world, file)
}

/** A file as files.info gives it. */
export function wholeFileJson(world: World, file: StoredFile): Json {
  const path = `${world.url}/files-pri/${world.team.id}-${file.id}`
  const name = encodeURIComponent(file.name.toLowerCase().replace(/[^\w.-]+/g, '_'))
  return {
    id: file.id,
    created: file.created,
    timestamp: file.created,
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    filetype: extension(file.name) || 'binary',
    pretty_type: (extension(file.name) || 'binary').toUpperCase(),
    user: file.user,
    user_team: world.team.id,
    editable: false,
    size: file.size,
    mode: 'hosted',
    is_external: false,
    external_type: '',
    is_public: [...file.channels].some(c => world.channels.get(c)?.kind === 'public'),
    public_url_shared: false,
    display_as_bot: false,
    username: '',
    file_access: 'visible',
    url_private: `${path}/${name}`,
    url_private_download: `${path}/download/${name}`,
    permalink: `https://${world.team.domain}.slack.com/files/${file.user}/${file.id}/${name}`,
    channels: [...file.channels].filter(c => world.channels.get(c)?.kind !== 'private'),
    groups: [...file.channels].filter(c => world.channels.get(c)?.kind === 'private'),
    ims: [],
    has_rich_preview: false,
  }
}

export function fileView(file: StoredFile): FileView {
  const { id, name, title, mimetype, size, user } = file
  return { id, name, title, mimetype, size, user, pageUrl: `/sandbox/slack/files/${id}` }
}

/** Whether the app may see a file: its own, one in a channel that it is in, or one given to it in a form. */
export function mayAppSee(world: World, file: StoredFile): boolean {
  if (file.user === world.app.botUser || file.isSharedWithApp) return true
  return [...file.channels].some(c => world.channels.get(c)?.members.has(world.app.botUser))
}

function extension(name: string): string {
  return /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
}
