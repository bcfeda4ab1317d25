import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'

export interface OutgoingMail {
  from: string
  to: string
  text: string
}

/** Hands mails to an SMTP server, one at a time over a connection that stays. */
export interface Postman {
  /** Resolves with when the end of the mail was written (ms), once the server has taken it; rejects when it refuses. */
  hand(mail: OutgoingMail): Promise<number>
  close(): void
}

export async function startPostman(port: number): Promise<Postman> {
  const socket = connect(port, '127.0.0.1')
  socket.setNoDelay(true)
  const next = repliesOf(socket)
  await next(220)
  socket.write('EHLO customers.test\r\n')
  await next(250)
  return {
    async hand({ from, to, text }) {
      socket.write(`MAIL FROM:<${from}>\r\nRCPT TO:<${to}>\r\nDATA\r\n`)
      await next(250)
      await next(250)
      await next(354)
      socket.write(`${text.replace(/^\./gm, '..')}\r\n.\r\n`)
      const at = performance.now()
      await next(250)
      return at
    },
    close: () => socket.destroy(),
  }
}

/** Waits for the next reply of the server, which must have this code. */
function repliesOf(socket: Socket): (code: number) => Promise<void> {
  const replies: string[] = []
  let waiting: { code: number; done: () => void; failed: (error: Error) => void } | undefined
  let broken: Error | undefined
  let rest = ''

  function meet(): void {
    if (!waiting) return
    const { code, done, failed } = waiting
    const reply = replies.shift()
    if (reply === undefined && !broken) return
    waiting = undefined
    if (reply?.startsWith(String(code))) done()
    else failed(new Error(`The mail server said "${reply ?? broken?.message}".`))
  }

  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\r\n')
    rest = lines.pop() ?? ''
    replies.push(...lines.filter(line => line[3] !== '-'))
    meet()
  })
  const breakOff = (error?: Error) => {
    broken ??= error ?? new Error('nothing; it closed the connection')
    meet()
  }
  socket.on('error', breakOff)
  socket.on('close', () => breakOff())

  return code =>
    new Promise((done, failed) => {
      waiting = { code, done, failed }
      meet()
    })
}
