import { BlockList, isIP } from 'node:net'

/** Networks that are nobody's on the internet: https://www.iana.org/assignments/iana-ipv4-special-registry, and IPv6's. */
const SPECIAL = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
]

const special = new BlockList()
for (const network of SPECIAL) {
  const [address = '', bits] = network.split('/')
  special.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4')
}
const global6 = new BlockList()
global6.addSubnet('2000::', 3, 'ipv6')

/** Whether an IP address is one of the public internet; loopback, private and reserved ones are not, nor what wraps an IPv4 one. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !special.check(address, 'ipv4')
  return family === 6 && global6.check(address, 'ipv6') && !special.check(address, 'ipv6')
}

/**
 * Why we post nothing to an address of the web, a finished sentence: it is no https, names a secret in its own way, or is
 * no public place as far as one can see without asking the DNS. Null when it may be. `local` also allows loopback, by http.
 */
export function whyNotPosted(url: string, local: boolean): string | null {
  if (!URL.canParse(url)) return 'This is no address. One looks like https://hooks.example.com/abc.'
  const { protocol } = new URL(url)
  if (local && /^https?:$/.test(protocol) && isLoopback(hostOf(url))) return null
  if (protocol !== 'https:') return 'The address must begin with https://.'
  return whyNotReached(url)
}

/** The same of what we fetch, which may come by http, too. */
export function whyNotFetched(url: string, local: boolean): string | null {
  if (!URL.canParse(url)) return 'This is no address. One looks like https://files.example.com/a.pdf.'
  if (!/^https?:$/.test(new URL(url).protocol)) return 'The address must begin with https:// or http://.'
  return whyNotReached(url, local)
}

function whyNotReached(url: string, local = false): string | null {
  const { username, password } = new URL(url)
  const host = hostOf(url)
  if (username || password) return 'A name and a password in the address are not supported.'
  if (local && isLoopback(host)) return null
  const isInside = isIP(host)
    ? !isPublicAddress(host)
    : !host.includes('.') || /\.(local|localhost|internal)$/.test(host)
  return isInside ? `${host} is not in the public internet.` : null
}

/** The host of a URL; an IPv6 address without its brackets. */
export function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1')
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '127.0.0.1' || host === '::1'
}
