import { BlockList, isIP } from 'node:net'

/** Whether this is an address such as 203.0.113.7, or a network such as 10.0.0.0/8 or 2001:db8::/32. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const most = address.includes('%') ? 0 : { 0: 0, 4: 32, 6: 128 }[isIP(address)]
  return (
    Boolean(most) && !rest.length && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= Number(most)))
  )
}

/** Whether an address, as a socket tells it, is in one of the networks. IPv4 on a socket for both is IPv4. */
export function isWithin(given: string, networks: string[]): boolean {
  const address = given.split('%')[0] as string // without the card that it came in by
  const list = new BlockList()
  for (const network of networks) {
    const [of = '', bits] = network.split('/')
    if (bits === undefined) list.addAddress(of, familyOf(of))
    else list.addSubnet(of, Number(bits), familyOf(of))
  }
  return isIP(address) > 0 && list.check(address, familyOf(address))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
