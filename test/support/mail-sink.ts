import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'

/** A mail server that accepts whatever it is given, as fast as it can, and remembers no more than what it was. */
export interface MailSink {
  readonly smtpUrl: string
  /** The Message-IDs of the mails that came to each address; a copy counts as often as it came. */
  readonly received: Map<string, string[]>
  /** Calls it after each mail that was accepted, before the sender is told so. Returns how to end that. */
  onMail(listener: () => void): () => void
  close(): Promise<void>
}

export async function startMailSink(): Promise<MailSink> {
  const received = new Map<string, string[]>()
  const listeners = new Set<() => void>()
  const sockets = new Set<Socket>()
  const accept = (to: string, mail: string): void => {
    const id = /^Message-ID: *(<[^>]*>)/im.exec(mail)?.[1] ?? ''
    received.set(to, [...(received.get(to) ?? []), id])
    for (const listener of listeners) listener()
  }
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy()) // who sends may be killed
    converse(socket, accept)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    smtpUrl: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}?ignoreTLS=true`,
    received,
    onMail(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

const ANSWERS: Record<string, string> = {
  EHLO: '250-sink\r\n250-8BITMIME\r\n250 SIZE 50000000\r\n',
  DATA: '354 Go on\r\n',
  QUIT: '221 2.0.0 Bye\r\n',
}

/** One connection's talk; commands may come several at once. */
function converse(socket: Socket, accept: (to: string, mail: string) => void): void {
  let unread = ''
  let to = ''
  let inData = false
  socket.setEncoding('latin1').write('220 sink ESMTP\r\n')
  socket.on('data', (chunk: string) => {
    unread += chunk
    for (;;) {
      const mark = inData ? '\r\n.\r\n' : '\r\n'
      const end = unread.indexOf(mark)
      if (end < 0) return
      const piece = unread.slice(0, end)
      unread = unread.slice(end + mark.length)
      const word = inData ? 'MAIL' : piece.slice(0, 4).toUpperCase()
      if (inData) accept(to, piece)
      else if (word === 'RCPT') to = /<([^>]*)>/.exec(piece)?.[1] ?? ''
      inData = !inData && word === 'DATA'
      socket.write(ANSWERS[inData ? 'DATA' : word] ?? '250 2.0.0 OK\r\n')
      if (word === 'QUIT') socket.end()
    }
  })
}
