import { createServer, type Server, type Socket } from 'node:net'
import { clock } from '../watch.ts'

/** A mail that was accepted: where answers to it go, and what they refer to. */
export interface Accepted {
  from: string // the envelope's sender
  to: string
  messageId: string
  subject: string
}

export interface MailSink {
  port: number
  /** The newest mail of each mark, by the number in it. */
  accepted: Map<number, Accepted>
  /** All that were accepted, repeated ones too. */
  total(): number
  /** When the last one was accepted, by the clock of all processes (ms). */
  lastAt(): number
  reset(): void
  close(): void
}

/** A mail server that does no more than accept: 250 for everything, what was in the mail kept by its mark. */
export async function startMailSink(): Promise<MailSink> {
  const accepted = new Map<number, Accepted>()
  const sockets = new Set<Socket>()
  let total = 0
  let lastAt = 0

  const server = createServer(socket => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    converse(socket, (envelope, mail) => {
      total++
      lastAt = clock()
      const head = mail.slice(0, mail.indexOf('\r\n\r\n'))
      const mark = /mark(\d+)end/.exec(head)?.[1]
      const ids = { messageId: field(head, 'Message-ID'), subject: field(head, 'Subject') }
      if (mark) accepted.set(Number(mark), { ...envelope, ...ids })
    })
  })
  return {
    port: await listening(server),
    accepted,
    total: () => total,
    lastAt: () => lastAt,
    reset() {
      accepted.clear()
      total = 0
    },
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

function field(head: string, name: string): string {
  return new RegExp(`^${name}:\\s*(.*(?:\\r\\n[ \\t].*)*)`, 'im').exec(head)?.[1]?.replace(/\r\n/g, '') ?? ''
}

function converse(socket: Socket, accept: (envelope: { from: string; to: string }, mail: string) => void): void {
  let buffer = ''
  let envelope = { from: '', to: '' }
  let inData = false
  socket.setEncoding('latin1')
  socket.write('220 sink ESMTP\r\n')
  socket.on('data', (chunk: string) => {
    buffer += chunk
    for (;;) {
      const end = buffer.indexOf(inData ? '\r\n.\r\n' : '\r\n')
      if (end < 0) return
      const piece = buffer.slice(0, end)
      buffer = buffer.slice(end + (inData ? 5 : 2))
      if (inData) {
        inData = false
        accept(envelope, piece)
        socket.write('250 2.0.0 Accepted\r\n')
      } else {
        const word = piece.slice(0, 4).toUpperCase()
        const address = /<([^>]*)>/.exec(piece)?.[1] ?? ''
        if (word === 'MAIL') envelope = { from: address, to: '' }
        if (word === 'RCPT') envelope.to = address
        inData = word === 'DATA'
        socket.write(ANSWERS[word] ?? '250 2.0.0 OK\r\n')
        if (word === 'QUIT') socket.end()
      }
    }
  })
}

const ANSWERS: Record<string, string> = {
  EHLO: '250-sink\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 50000000\r\n',
  DATA: '354 Go on\r\n',
  QUIT: '221 2.0.0 Bye\r\n',
}

export function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
  })
}
