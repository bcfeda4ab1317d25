/**
 * Text whose lines were broken to be put together again (RFC 3676): one that ends with a blank goes on in the next of
 * the same depth of quotes. With `deleteSpace` the blank itself was added, too.
 */
export function flowed(text: string, deleteSpace: boolean): string {
  const lines: string[] = []
  let open: { depth: number; parts: string[] } | null = null
  const close = () => {
    if (open) lines.push(quoted(open.depth, open.parts.join('')))
    open = null
  }
  for (const raw of text.split('\n')) {
    const marks = /^>*/.exec(raw)?.[0].length ?? 0
    const line = raw.startsWith(' ', marks) ? raw.slice(marks + 1) : raw.slice(marks)
    const isSignature = line === '-- '
    if (open && ((open as { depth: number }).depth !== marks || isSignature)) close()
    const isOpen = line.endsWith(' ') && !isSignature
    const part = isOpen && deleteSpace ? line.slice(0, -1) : line
    if (open) (open as { parts: string[] }).parts.push(part)
    else open = { depth: marks, parts: [part] }
    if (!isOpen) close()
  }
  close()
  return lines.join('\n')
}

function quoted(depth: number, line: string): string {
  return depth ? `${'>'.repeat(depth)} ${line}`.trimEnd() : line
}
