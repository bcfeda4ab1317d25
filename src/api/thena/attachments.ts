import { createHash } from 'node:crypto'
import multipart from '@fastify/multipart'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { MOST_BYTES, MOST_FILES, refuseTooLarge } from '../../core/attachments.ts'
import { attachmentFor, bytesFor } from '../../core/programs/attachments.ts'
import { keepUpload, refuseUpload } from '../../core/programs/uploads.ts'
import type { NewFile } from '../../core/view.ts'
import type { AgentRow } from '../../db/schema.ts'
import { atMost } from '../../lib/at-most.ts'
import { cleanName } from '../../lib/file-name.ts'
import { Problem } from '../../lib/problem.ts'
import { callerOf } from '../caller.ts'
import { answer, onceHeaders } from '../once.ts'
import type { ApiOptions } from '../options.ts'
import { sendFile } from '../pages/files.ts'
import { attachmentOf, attachmentShape } from './comments/comment.ts'
import { envelope, enveloped } from './envelope.ts'

const inTurn = atMost(8) // requests: the files of each may be 100 MB
const bytesShape = z.any().meta({ type: 'string', format: 'binary' })

/** Files: handed in before the message that takes them, and given out. */
export const attaching: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  await server.register(multipart, {
    limits: { fileSize: MOST_BYTES, files: MOST_FILES, fields: 10, fieldSize: 10_000, parts: MOST_FILES + 10 },
  })

  server.post(
    '/attachments',
    {
      config: { scope: 'tickets:write', names: { files: 'file' } },
      schema: {
        summary: 'Hands in files; a comment, or a new ticket, takes them by their ids within a day',
        consumes: ['multipart/form-data'],
        headers: onceHeaders,
        body: z.any().meta({
          type: 'object',
          properties: { file: { type: 'array', items: { type: 'string', format: 'binary' } } },
        }),
        response: { 201: enveloped(z.array(attachmentShape)) },
      },
    },
    async (request, reply) => {
      const { agent } = callerOf(request)
      await store.read(q => refuseUpload(q, agent)) // before its files are heard
      return inTurn(() => keep(request, reply, agent))
    },
  )

  /** Others have their turn once these are stored, and no longer held here. */
  async function keep(request: FastifyRequest, reply: FastifyReply, agent: AgentRow): Promise<FastifyReply> {
    const files = await filesIn(request)
    request.body = files.map(({ bytes, ...file }) => ({ ...file, sha256: hashOf(bytes) })) // by which it is known again
    return answer(store, request, reply, async tx => {
      const kept = []
      for (const { name, type, bytes } of files) {
        const id = await keepUpload(tx, agent, { name, type, bytes })
        kept.push(attachmentOf({ id, name, type, size: bytes.length }))
      }
      return { status: 201, body: envelope(kept, tx.now) }
    })
  }

  server.get(
    '/attachments/:id',
    {
      config: { scope: 'tickets:read' },
      schema: {
        summary: 'What a file is called, and how large it is',
        params: z.object({ id: z.string() }),
        response: { 200: enveloped(attachmentShape) },
      },
    },
    async request => {
      const file = await store.read(q => attachmentFor(q, request.params.id, callerOf(request).agent, 'view'))
      return envelope(attachmentOf(file), store.now())
    },
  )

  server.get(
    '/attachments/:id/content',
    {
      config: { scope: 'tickets:read' },
      schema: {
        summary: 'The bytes of a file, as a download',
        params: z.object({ id: z.string() }),
        response: {
          200: { description: 'The file', content: { 'application/octet-stream': { schema: bytesShape } } },
        },
      },
    },
    async (request, reply) => {
      const file = await store.read(q => bytesFor(q, request.params.id, callerOf(request).agent))
      return sendFile(reply, file)
    },
  )
}

class NotMultipart extends Error {
  readonly statusCode = 415
}

/** The files of a multipart request, each with a name. Throws a Problem for what cannot be read, none, or too much. */
async function filesIn(request: FastifyRequest): Promise<NewFile[]> {
  if (!request.isMultipart()) throw new NotMultipart('Send files as multipart/form-data')
  const files: NewFile[] = []
  try {
    for await (const part of request.files()) {
      const bytes = await part.toBuffer()
      files.push({ name: cleanName(part.filename ?? '') || 'file', type: typeOf(part.mimetype), bytes })
      refuseTooLarge(files.map(({ name, bytes }) => ({ name, size: bytes.length })))
    }
  } catch (error) {
    if (error instanceof Problem || 'statusCode' in (error as object)) throw error
    throw new Problem('invalid', 'This is no multipart/form-data that can be read to its end.', 'file')
  }
  if (!files.length) throw new Problem('invalid', 'Send at least one file.', 'file')
  return files
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function typeOf(declared: string): string {
  const type = declared.toLowerCase()
  return /^[\w.+-]{1,80}\/[\w.+-]{1,120}$/.test(type) ? type : 'application/octet-stream'
}
