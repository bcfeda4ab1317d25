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
    for await (const file of files) await add(file)
    zip.end()
  }

  /** The zip holds on to what it is given until its end: so it is given nothing before its turn, and what it keeps is empty then. */
  function add({ path, at, bytes }: MailFile): Promise<void> {
    const left = [bytes]
    return new Promise((taken, failed) => {
      zip.addReadStreamLazy(path, { mtime: new Date(at) }, give => {
        const stream = Readable.from(left.splice(0), { objectMode: false })
        stream.once('close', taken).once('error', failed)
        give(null, stream)
      })
    })
  }

  for await (const piece of out) yield piece as Uint8Array
  await packing
}
