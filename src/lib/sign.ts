import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'

/** The 32 byte key that an instance signs and seals with, derived from its secret of any length. */
export function instanceKey(secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'overture', 32))
}

/** A lower-case base32 mark (13 characters, 64 bits) that only the holder of the key can make for this text. */
export function mac(key: Buffer, purpose: string, text: string): string {
  return base32(createHmac('sha256', key).update(`${purpose}:${text}`).digest().subarray(0, 8))
}

/** Whether the mark belongs to the text, in constant time; case does not matter, since mail systems change it. */
export function signedBy(key: Buffer, purpose: string, text: string, mark: string): boolean {
  const right = Buffer.from(mac(key, purpose, text))
  const given = Buffer.from(mark.toLowerCase())
  return right.length === given.length && timingSafeEqual(right, given)
}

/** A random lower-case base32 word of 16 characters (80 bits). */
export function randomWord(): string {
  return base32(randomBytes(10))
}

/** Text that only the holder of the key can read again (AES-256-GCM). */
export function seal(key: Buffer, text: string): string {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
}

/** The text that was sealed; throws when the key is another or the text was changed. */
export function unseal(key: Buffer, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
  decipher.setAuthTag(bytes.subarray(12, 28))
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

/** Bytes as lower-case base32 without padding: 8 characters for 5 bytes. */
export function base32(bytes: Buffer): string {
  let out = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = (value << 8) | byte
    bits += 8
    while (bits >= 5) {
      out += ALPHABET[(value >>> (bits - 5)) & 31]
      bits -= 5
    }
    value &= (1 << bits) - 1
  }
  if (bits > 0) out += ALPHABET[(value << (5 - bits)) & 31]
  return out
}

/** The bytes of lower-case base32 without padding; null for anything that `base32` does not write. */
export function fromBase32(text: string): Buffer | null {
  const bytes: number[] = []
  let bits = 0
  let value = 0
  for (const letter of text) {
    const five = ALPHABET.indexOf(letter)
    if (five < 0) return null
    value = (value << 5) | five
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes.push((value >>> bits) & 255)
      value &= (1 << bits) - 1
    }
  }
  return bits < 5 && value === 0 ? Buffer.from(bytes) : null
}
