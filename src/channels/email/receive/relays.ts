import { BlockList, isIP } from 'node:net'

/** Loopback and the private networks (RFC 1918, 4193, 3927, 4291): where the operator's own mail server stands. */
export const OWN_NETWORKS = [
  '127.0.0.0/8',
  '::1',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
]

/** Whether an address is in one of the networks, each an address or `address/bits`. Throws for what is neither. */
export function networksOf(networks: string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const family = isIP(address)
    if (!family || (bits !== undefined && !/^\d{1,3}$/.test(bits))) throw new TypeError(`${network} is no network.`)
    list.addSubnet(address, bits === undefined ? (family === 6 ? 128 : 32) : Number(bits), `ipv${family as 4 | 6}`)
  }
  return address => {
    const plain = plainAddress(address)
    const family = isIP(plain)
    return family !== 0 && list.check(plain, `ipv${family as 4 | 6}`)
  }
}

/** An IPv4 address as such, also where the system writes it as an IPv6 one. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}
