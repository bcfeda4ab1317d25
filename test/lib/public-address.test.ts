import { describe, expect, it } from 'vitest'
import { lookingOutside } from '../../src/lib/outside.ts'
import { postOutside } from '../../src/lib/post-outside.ts'
import { isPublicAddress, whyNotPosted } from '../../src/lib/public-address.ts'

describe('a public address', () => {
  it.each(['8.8.8.8', '93.184.216.34', '2606:4700:4700::1111'])('is %s', address => {
    expect(isPublicAddress(address)).toBe(true)
  })

  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'fd00::1',
    'fe80::1',
    'ff02::1',
    'not an address',
  ])('is not %s', address => {
    expect(isPublicAddress(address)).toBe(false)
  })
})

describe('what is posted nowhere', () => {
  it.each([
    ['nowhere', 'This is no address. One looks like https://hooks.example.com/abc.'],
    ['http://hooks.example.com/a', 'The address must begin with https://.'],
    ['ftp://hooks.example.com/a', 'The address must begin with https://.'],
    ['https://user:pass@hooks.example.com/a', 'A name and a password in the address are not supported.'],
    ['https://localhost/a', 'localhost is not in the public internet.'],
    ['https://intranet/a', 'intranet is not in the public internet.'],
    ['https://printer.local/a', 'printer.local is not in the public internet.'],
    ['https://169.254.169.254/latest', '169.254.169.254 is not in the public internet.'],
    ['https://2130706433/a', '127.0.0.1 is not in the public internet.'],
    ['https://0x7f.1/a', '127.0.0.1 is not in the public internet.'],
    ['https://[::1]/a', '::1 is not in the public internet.'],
    ['https://[::ffff:7f00:1]/a', '::ffff:7f00:1 is not in the public internet.'],
  ])('%s', (url, why) => {
    expect(whyNotPosted(url, false)).toBe(why)
  })

  it('is not the public web, nor, where that is allowed, this machine', () => {
    expect(whyNotPosted('https://hooks.slack.com/triggers/T1/2/3', false)).toBeNull()
    expect(whyNotPosted('http://127.0.0.1:8080/a', true)).toBeNull()
    expect(whyNotPosted('http://10.0.0.1/a', true)).toBe('The address must begin with https://.')
  })

  it.each([{ all: true }, {}])('is a name that leads to this machine, at the very look-up (%j)', async options => {
    const error = await new Promise(resolve => lookingOutside()('localhost', options, resolve))
    expect(error).toMatchObject({ message: 'localhost leads into a private network.' })
  })

  it('is what cannot be reached, which is said without the address', async () => {
    const post = async (local: boolean) =>
      (await postOutside('http://127.0.0.1:1/secret', { body: '{}', headers: {}, local })).problem
    expect(await post(true)).toBe('It could not be reached (ECONNREFUSED).')
    expect(await post(false)).toBe('The address must begin with https://.')
  })
})
