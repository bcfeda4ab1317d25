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
  return from ? bytes.subarray(from) : bytes
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
