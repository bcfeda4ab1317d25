import { once } from 'node:events'
import { Readable } from 'node:stream'
import type { MailFile } from './mails.ts'

/** The files as a zip, in pieces: each is packed when those before it are out, so that memory holds one at a time. */
export async function* zipOf(files: AsyncIterable<MailFile>): AsyncIterable<Uint8Array> {
  const { default: yazl } = await import('yazl')
  const zip = new yazl.ZipFile()
  const out = zip.outputStream as Readable
  zip.on('error', error => out.destroy(error as Error))
  const packing = pack().catch(error => out.destroy(error))

  async function pack(): Promise<void> {
    for await (const { path, at, bytes } of files) {
      const stream = Readable.from([bytes], { objectMode: false })
      const taken = once(stream, 'close')
      zip.addReadStream(stream, path, { mtime: new Date(at) })
      await taken
    }
    zip.end()
  }

  for await (const piece of out) yield piece as Uint8Array
  await packing
}
