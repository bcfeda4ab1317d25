import { directWith } from '../channels.ts'
import { expectFile, mayAppSee, removeFile, wholeFileJson } from '../files.ts'
import { post } from '../messages.ts'
import { richTextOf } from '../rich-text.ts'
import type { Json } from '../types.ts'
import { type Channel, Refusal, type StoredFile, type User, type World } from '../world.ts'
import { type Args, pageOf } from './args.ts'
import { author, readContent, rootOf } from './chat.ts'
import { type Methods, writableChannel } from './method.ts'

export const files: Methods = {
  'files.getUploadURLExternal': {
    tier: 4,
    scopes: ['files:write'],
    needs: ['filename', 'length'],
    call(world, args) {
      const length = args.number('length') as number
      if (!Number.isInteger(length) || length < 1)
        throw new Refusal('invalid_arguments', {
          response_metadata: { messages: ['[ERROR] must be greater than 0 [json-pointer:/length]'] },
        })
      const file = expectFile(world, args.text('filename') as string, length, world.app.botUser)
      return { upload_url: `${world.url}/upload/v1/${file.uploadTicket}`, file_id: file.id }
    },
  },
  'files.completeUploadExternal': {
    tier: 4,
    scopes: ['files:write'],
    needs: ['files'],
    call(world, args) {
      const given = args.json('files') as { id: string; title?: string }[]
      const uploaded = given.map(({ id }) => uploadedFile(world, id))
      for (const [i, file] of uploaded.entries()) file.title = given[i]?.title ?? file.name
      for (const channel of channelsIn(world, args)) share(world, channel, uploaded, args)
      return { files: uploaded.map(file => wholeFileJson(world, file)) }
    },
  },
  'files.info': {
    tier: 4,
    scopes: ['files:read'],
    needs: ['file'],
    call(world, args) {
      return {
        file: wholeFileJson(world, visibleFile(world, args)),
        comments: [],
        response_metadata: { next_cursor: '' },
      }
    },
  },
  'files.list': {
    tier: 3,
    scopes: ['files:read'],
    call(world, args) {
      const channel = args.text('channel')
      const all = [...world.files.values()].filter(
        f => f.bytes && mayAppSee(world, f) && (!channel || f.channels.has(channel)),
      )
      return { files: pageOf(all, args).page.map(f => wholeFileJson(world, f)) }
    },
  },
  'files.delete': {
    tier: 3,
    scopes: ['files:write'],
    needs: ['file'],
    call(world, args) {
      const file = visibleFile(world, args)
      if (file.user !== world.app.botUser) throw new Refusal('cant_delete_file')
      removeFile(world, file)
      return {}
    },
  },
}

function uploadedFile(world: World, id: string): StoredFile {
  const file = world.files.get(id)
  if (!file?.bytes || file.user !== world.app.botUser) throw new Refusal('file_not_found')
  return file
}

function visibleFile(world: World, args: Args): StoredFile {
  const file = world.files.get(args.text('file') ?? '')
  if (file?.isDeleted) throw new Refusal('file_deleted')
  if (!file?.bytes || !mayAppSee(world, file)) throw new Refusal('file_not_found')
  return file
}

function channelsIn(world: World, args: Args): Channel[] {
  const ids = args.text('channel_id') ?? args.text('channels')
  return (ids?.split(',') ?? []).map(id => {
    const user = world.users.get(id)
    return user ? directWith(world, user as User) : writableChannel(world, id)
  })
}

function share(world: World, channel: Channel, shared: StoredFile[], args: Args): void {
  const thread = args.text('thread_ts')
  const comment = args.text('initial_comment')
  const content: { text: string; blocks?: Json } = comment
    ? { text: comment, blocks: [richTextOf(comment)] }
    : args.has('blocks')
      ? readContent(world, args)
      : { text: '' }
  for (const file of shared) file.channels.add(channel.id)
  post(world, channel, {
    ...author(world, args),
    ...content,
    ...(args.has('username') ? {} : { subtype: 'file_share' }),
    files: shared.map(f => f.id),
    upload: true,
    ...(thread ? { thread_ts: rootOf(channel, thread) } : {}),
  })
}
