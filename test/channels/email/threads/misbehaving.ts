import { type MessagePort, parentPort, threadId } from 'node:worker_threads'
import { readMail } from '../../../../src/channels/email/read/mail.ts'
import { type Answer, READY, type Request } from '../../../../src/channels/email/read/worker-words.ts'

// A thread that reads mails as ours does, but does as some of them say.

const port = parentPort as MessagePort

port.on('message', async ({ bytes, envelope, context }: Request) => {
  const raw = Buffer.from(bytes)
  const reading = await readMail(raw, envelope, { ...context, key: Buffer.from(context.key) })
  if (reading.subject === 'hang') for (;;);
  if (reading.subject === 'fill') for (const all: number[][] = []; ; ) all.push(new Array(100_000).fill(all.length))
  if (reading.subject === 'end') process.exit(3)
  if (reading.subject === 'throw') throw new Error('a bug')
  if (reading.subject === 'tell') reading.text = `thread ${threadId}`
  port.postMessage({ reading, ms: 1 } satisfies Answer)
})

port.postMessage(READY)
