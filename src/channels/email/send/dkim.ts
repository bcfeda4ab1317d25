import { createHash, createPrivateKey, type KeyObject } from 'node:crypto'
import sign from 'nodemailer/lib/dkim/sign.js'
import { domainOf } from '../../../core/addresses.ts'
import { Problem } from '../../../lib/problem.ts'

/** nodemailer's list, and what mailbox providers look for: RFC 8058's header, Gmail's, RFC 3834's, and our own mark. */
const SIGNED_HEADERS = [
  'From:Sender:Reply-To:Subject:Date:Message-ID:To:Cc:MIME-Version:Content-Type:Content-Transfer-Encoding',
  'Content-ID:Content-Description:Resent-Date:Resent-From:Resent-Sender:Resent-To:Resent-Cc:Resent-Message-ID',
  'In-Reply-To:References:List-Id:List-Help:List-Unsubscribe:List-Subscribe:List-Post:List-Owner:List-Archive',
  'List-Unsubscribe-Post:Feedback-ID:Auto-Submitted:X-Overture-Id',
].join(':')

export interface DkimKey {
  selector: string
  key: string // PEM
  address: string // the sender's: its domain signs
}

/** The DKIM-Signature for a mail of these header lines and body (relaxed/relaxed, RSA-SHA256). Throws a Problem for a bad key. */
export function signHeaders(headers: string[], body: string, dkim: DkimKey): string[] {
  const bodyHash = createHash('sha256').update(relaxedBody(body)).digest('base64')
  const lines = headers.map(line => ({ key: line.slice(0, line.indexOf(':')).toLowerCase(), line: binary(line) }))
  const signature = sign(lines, 'sha256', bodyHash, {
    domainName: domainOf(dkim.address),
    keySelector: dkim.selector,
    privateKey: parsedKey(dkim),
    headerFieldNames: SIGNED_HEADERS,
  })
  if (!signature) throw unusable(dkim)
  return [signature]
}

function binary(line: string): string {
  return Buffer.from(line).toString('latin1')
}

/** RFC 6376 3.4.4: white space runs become one space, none at line ends, no empty lines at the end. */
function relaxedBody(body: string): string {
  const relaxed = body.replace(/[ \t]+/g, ' ').replace(/ (?=\r\n)/g, '')
  let end = relaxed.length
  while (relaxed.endsWith('\r\n', end)) end -= 2
  return end > 0 ? `${relaxed.slice(0, end)}\r\n` : ''
}

const MOST_KEYS = 100
const keys = new Map<string, KeyObject>()

/** Parsing a key costs more than signing with it. */
function parsedKey(dkim: DkimKey): KeyObject {
  let key = keys.get(dkim.key)
  if (!key) {
    try {
      key = createPrivateKey(dkim.key)
    } catch {
      throw unusable(dkim)
    }
    if (keys.size >= MOST_KEYS) keys.clear()
    keys.set(dkim.key, key)
  }
  return key
}

function unusable(dkim: DkimKey): Problem {
  return new Problem('invalid', `The DKIM key of ${dkim.address} cannot be used: it must be an RSA private key.`)
}
