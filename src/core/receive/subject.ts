/** How mail programs begin the subject of an answer or of a mail passed on, in the languages that do it their own way. */
const PREFIXES =
  're|aw|sv|vs|antw|antwort|odp|odpowied[zź]|r|rif|res|resp|ynt|yan|bls|balas|nda|回复|回覆|答复|返信|atb|vl|vá|fw|fwd|wg|tr|rv|enc|doorst|vb|pd|fs|i|vidar|továbbítás|转发|轉寄|轉寄信件|転送|ilt|отв|ответ|пересл'
const PREFIX = new RegExp(`^(?:${PREFIXES})[ \\t]?(?:\\[\\d{1,3}\\]|\\(\\d{1,3}\\)|\\^\\d{1,3})?[ \\t]?[:\uff1a]`, 'iu')
const LABEL = /^\[[^[\]]{1,40}\]/ // such as [EXTERNAL], or a mailing list's name
const MOST_PREFIXES = 20

/** A subject without what mail programs put before it: `AW: [EXTERNAL] Re[2]: Your order` is `Your order`. */
export function bareSubject(subject: string): string {
  let bare = subject.slice(0, 1_000).replace(/\s+/g, ' ').trim()
  for (let i = 0; i < MOST_PREFIXES; i++) {
    const rest = bare.replace(PREFIX, '').replace(LABEL, '').trim()
    if (rest === bare || rest === '') break
    bare = rest
  }
  return bare
}

/** Whether two subjects are the same but for what mail programs make of them. Empty ones are like nothing. */
export function isSameSubject(one: string, other: string): boolean {
  const bare = bareSubject(one).toLowerCase()
  return bare !== '' && bare === bareSubject(other).toLowerCase()
}
