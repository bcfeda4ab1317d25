/** What went wrong, as far as it is known: the server's answer, and whether the mail may have arrived all the same. */
export class SendFailure extends Error {
  override name = 'SendFailure'
  code: string // nodemailer's, such as EAUTH or ETIMEDOUT; also what the system said, such as ECONNREFUSED
  answer: string | null // the server's words, with its codes
  status: number | null // 550
  command: string | null // the SMTP command that it answered
  uncertain: boolean // the connection was lost with the whole mail handed over
  recipient: string | null // whom it refused, when it was about one of them
  refusals: SendFailure[] // each recipient's own, when it refused them all

  constructor(cause: Error, uncertain = false) {
    super(cause.message, { cause })
    const from = cause as Error & {
      code?: string
      originalCode?: string
      response?: string
      responseCode?: number
      command?: string
      recipient?: string
      rejectedErrors?: Error[]
    }
    this.code = from.originalCode ?? from.code ?? 'UNKNOWN'
    if (from.code === 'EAUTH' || from.code === 'ETLS') this.code = from.code
    this.answer = from.response ?? null
    this.status = from.responseCode ?? null
    this.command = from.command ?? null
    this.uncertain = uncertain
    this.recipient = from.recipient ?? null
    this.refusals = (from.rejectedErrors ?? []).map(e => new SendFailure(e))
  }
}
