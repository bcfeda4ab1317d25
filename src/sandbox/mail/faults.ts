import type { SmtpStage } from './types.ts'

/** What is wrong with the relay at the moment; the relay asks at every step. */
export class Faults {
  busy = false
  rejectAuth = false
  drops = 0
  #answers = new Map<SmtpStage, { code: number; text: string; left: number }>()

  answer(stage: SmtpStage, code: number, text: string, times: number): void {
    this.#answers.set(stage, { code, text, left: times })
  }

  /** The error to answer with at this stage; an ordered answer is used up by one. */
  at(stage: SmtpStage): SmtpError | undefined {
    if (stage === 'connect' && this.busy) return new SmtpError(421, '4.3.2 Too busy, come back later')
    if (stage === 'auth' && this.rejectAuth) return new SmtpError(535, '5.7.8 Authentication credentials invalid')
    const ordered = this.#answers.get(stage)
    if (!ordered) return undefined
    ordered.left -= 1
    if (ordered.left <= 0) this.#answers.delete(stage)
    return new SmtpError(ordered.code, ordered.text)
  }

  /** Whether this mail's connection is to be cut after it was kept; used up by one. */
  takeDrop(): boolean {
    if (this.drops <= 0) return false
    this.drops -= 1
    return true
  }

  clear(): void {
    this.busy = false
    this.rejectAuth = false
    this.drops = 0
    this.#answers.clear()
  }
}

/** An answer of the server that is not a yes. */
export class SmtpError extends Error {
  override name = 'SmtpError'
  responseCode: number

  constructor(responseCode: number, text: string) {
    super(text)
    this.responseCode = responseCode
  }
}
