/** Whether it is a URL, with a host, of one of the protocols (`smtps:`), in which nothing must be written with % that is not. */
export function isUrlOf(protocols: string[], text: string): boolean {
  try {
    const { protocol, hostname, username, password, pathname } = new URL(text)
    for (const part of [username, password, pathname]) decodeURIComponent(part)
    return protocols.includes(protocol) && hostname !== '' && !/\s/.test(text)
  } catch {
    return false
  }
}
