import type { UploadedEnclosure } from '../../mail/types.ts'
import { base64Of, call, Refusal } from '../api.ts'

/** Calls a route of the mail world; gives what went wrong, in words, or undefined. */
export async function mailCall(method: 'POST' | 'PUT', path: string, body: unknown): Promise<string | undefined> {
  try {
    await call(method, `/sandbox/mail/${path}`, body)
    return undefined
  } catch (error) {
    return error instanceof Refusal ? error.message : String(error)
  }
}

export async function enclosureOf(file: File): Promise<UploadedEnclosure> {
  return { name: file.name, ...(file.type ? { type: file.type } : {}), base64: await base64Of(file) }
}
