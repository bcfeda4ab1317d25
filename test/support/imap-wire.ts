import type { Socket } from 'node:net'

/** One command line; `\0n\0` in it stands for the n-th literal. */
export type OnLine = (line: string, literals: Buffer[]) => void

/** Gathers what a client sends into command lines, and asks for the literals that they announce. */
export class ImapWire {
  readonly #socket: Socket
  readonly #onLine: OnLine
  readonly #isMuted: () => boolean
  #input: Buffer = Buffer.alloc(0)
  #line = ''
  #literals: Buffer[] = []
  #over = false

  constructor(socket: Socket, onLine: OnLine, isMuted: () => boolean) {
    this.#socket = socket
    this.#onLine = onLine
    this.#isMuted = isMuted
    socket.on('data', bytes => {
      this.#input = Buffer.concat([this.#input, bytes])
      while (this.#readLine()) {}
    })
    socket.on('error', () => {})
    socket.setNoDelay() // answers are many small writes
  }

  say(...lines: string[]): void {
    for (const line of lines) this.write(Buffer.from(`${line}\r\n`, 'latin1'))
  }

  write(bytes: Buffer): void {
    if (!this.#isMuted() && !this.#over && !this.#socket.destroyed) this.#socket.write(bytes)
  }

  /** Ends in the middle of these bytes; nothing follows them. */
  cut(bytes: Buffer): void {
    this.#over = true
    this.#socket.write(bytes.subarray(0, bytes.length / 2), () => this.#socket.destroy())
  }

  end(): void {
    this.#socket.end()
  }

  #readLine(): boolean {
    const end = this.#input.indexOf('\r\n')
    if (end < 0) return false
    const text = this.#input.toString('latin1', 0, end)
    const literal = /\{(\d+)(\+?)\}$/.exec(text)
    if (literal) return this.#readLiteral(text, literal, end + 2)
    this.#input = this.#input.subarray(end + 2)
    const [line, literals] = [this.#line + text, this.#literals]
    this.#line = ''
    this.#literals = []
    this.#onLine(line, literals)
    return true
  }

  /** Takes the literal that a line announces, once all of it is here. */
  #readLiteral(text: string, [mark, size, plus]: RegExpExecArray, from: number): boolean {
    const bytes = this.#input.subarray(from, from + Number(size))
    if (!plus && this.#input.length === from) this.say('+ go on')
    if (bytes.length < Number(size)) return false
    this.#line += `${text.slice(0, -mark.length)}\0${this.#literals.push(bytes) - 1}\0`
    this.#input = this.#input.subarray(from + Number(size))
    return true
  }
}
