import type { IncomingMessage } from 'node:http'
import type { Json } from '../types.ts'

/** The arguments of a request: query, form, multipart form or JSON. */
export async function readBody(request: IncomingMessage): Promise<Json> {
  const query = Object.fromEntries(new URL(request.url ?? '/', 'http://sandbox').searchParams)
  const raw = await bytesOf(request)
  const type = request.headers['content-type'] ?? ''
  if (type.startsWith('application/json')) return { ...query, ...parsed(raw.toString()) }
  if (type.startsWith('multipart/form-data')) return { ...query, ...Object.fromEntries(await formOf(raw, type)) }
  return { ...query, ...Object.fromEntries(new URLSearchParams(raw.toString())) }
}

/** The bytes of an upload: the body itself, or the first file of a multipart form. */
export async function readUpload(request: IncomingMessage): Promise<Buffer> {
  const raw = await bytesOf(request)
  const type = request.headers['content-type'] ?? ''
  if (!type.startsWith('multipart/form-data')) return raw
  for (const [, value] of await formOf(raw, type))
    if (typeof value !== 'string') return Buffer.from(await value.arrayBuffer())
  return Buffer.alloc(0)
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function formOf(raw: Buffer, type: string): Promise<FormData> {
  return new Response(new Uint8Array(raw), { headers: { 'content-type': type } }).formData()
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
