/**
 * The bytes as mail programs write them: without blank lines or a mailbox file's `From ` line before the header, which
 * would make all of it body, without a byte order mark, with lines that end as lines do.
 */
export function normalise(raw: Buffer): Buffer {
  const bytes = withUsualLines(inBytes(raw))
  let from = 0
  while (bytes[from] === 10 || bytes[from] === 13 || bytes[from] === 32) from++
  if (/^>?From /.test(bytes.toString('latin1', from, from + 6))) {
    const end = bytes.indexOf(10, from)
    if (end > 0) from = end + 1
  }
  return withEndOfHeader(from ? bytes.subarray(from) : bytes)
}

const LONGEST_HEADER = 256 * 1024
const FIELD = /^[!-9;-~]{1,200}[ \t]*:/
const KNOWN_FIELD =
  /^(from|to|cc|bcc|subject|date|sender|reply-to|message-id|in-reply-to|references|received|return-path|mime-version|content-[a-z-]{2,20}|list-[a-z-]{2,20}|x-[a-z0-9-]{2,60})[ \t]*:/i

/** A header that no blank line ends, ends before its first line that is no field, unless fields go on right behind it. */
function withEndOfHeader(raw: Buffer): Buffer {
  for (let at = 0; at < Math.min(raw.length, LONGEST_HEADER); ) {
    const next = lineAfter(raw, at)
    const line = raw.toString('latin1', at, Math.min(next, at + 300))
    if (/^\r?\n/.test(line)) return raw
    if (!/^[ \t]/.test(line) && !FIELD.test(line) && !KNOWN_FIELD.test(raw.toString('latin1', next, next + 100)))
      return at === 0 ? raw : Buffer.concat([raw.subarray(0, at), Buffer.from('\n'), raw.subarray(at)])
    at = next
  }
  return raw
}

function lineAfter(raw: Buffer, at: number): number {
  const end = raw.indexOf(10, at)
  return end < 0 ? raw.length : end + 1
}

/** A file that an editor saved as UTF-8 with a mark, or as UTF-16. */
function inBytes(raw: Buffer): Buffer {
  if (raw[0] === 0xef && raw[1] === 0xbb && raw[2] === 0xbf) return raw.subarray(3)
  if (raw[0] === 0xff && raw[1] === 0xfe) return Buffer.from(raw.toString('utf16le', 2))
  return raw
}

const HEAD = 4_000

/** Programs of long ago ended lines with CR alone. */
function withUsualLines(raw: Buffer): Buffer {
  const head = raw.subarray(0, HEAD)
  if (head.includes(10) || !head.includes(13)) return raw
  return Buffer.from(raw.toString('latin1').replace(/\r\n?/g, '\n'), 'latin1')
}
