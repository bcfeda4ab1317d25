/** Without blank lines or a mailbox file's `From ` line before the header, which would make all of it body. */
export function normalise(raw: Buffer): Buffer {
  let from = 0
  while (raw[from] === 10 || raw[from] === 13 || raw[from] === 32) from++
  if (raw.toString('latin1', from, from + 5) === 'From ') {
    const end = raw.indexOf(10, from)
    if (end > 0) from = end + 1
  }
  return from ? raw.subarray(from) : raw
}
