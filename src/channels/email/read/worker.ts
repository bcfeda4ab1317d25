import { type MessagePort, parentPort } from 'node:worker_threads'
import { readMail } from './mail.ts'
import { type Answer, READY, type Request } from './worker-words.ts'

// A thread that reads mails, one at a time, so that one that takes for ever or all memory takes only the thread with it.

const port = parentPort as MessagePort

let last: Promise<void> = Promise.resolve()
port.on('message', (request: Request) => {
  last = last.then(() => answer(request))
})

async function answer({ bytes, envelope, context }: Request): Promise<void> {
  const began = performance.now()
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const reading = await readMail(raw, envelope, { ...context, key: Buffer.from(context.key) })
  const files = reading.files.map(file => ({ ...file, bytes: alone(file.bytes) }))
  const answer: Answer = { reading: { ...reading, files }, ms: performance.now() - began }
  port.postMessage(answer, [...new Set(files.map(f => f.bytes.buffer as ArrayBuffer))])
}

port.postMessage(READY)

/** Bytes that have their memory to themselves, so that it can be handed over. */
function alone(bytes: Buffer): Buffer {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : Buffer.from(new Uint8Array(bytes).buffer)
}
