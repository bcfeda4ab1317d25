import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** A certificate and its private key, as PEM. */
export interface Certificate {
  cert: string
  key: string
}

const LIFETIME_YEARS = 10

/**
 * A certificate for the host that nobody vouches for (RFC 5280, ECDSA on P-256), with a key of its own. It keeps those
 * who only listen from reading along; it proves nothing to those who ask whom they talk to.
 */
export function selfSigned(host: string, now: number): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(oid('1.2.840.10045.4.3.2')) // ecdsa-with-SHA256
  const name = sequence(tag(0x31, sequence(oid('2.5.4.3'), tag(0x0c, Buffer.from(host)))))
  const begin = new Date(now - 86_400_000)
  const end = new Date(now)
  end.setUTCFullYear(end.getUTCFullYear() + LIFETIME_YEARS)
  const altName = sequence(oid('2.5.29.17'), tag(0x04, sequence(tag(0x82, Buffer.from(host)))))
  const body = sequence(
    tag(0xa0, integer(Buffer.from([2]))), // version 3
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    name,
    sequence(time(begin), time(end)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tag(0xa3, sequence(altName)),
  )
  const signature = sign('sha256', body, privateKey)
  const der = sequence(body, algorithm, tag(0x03, Buffer.concat([Buffer.from([0]), signature])))
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** An element in DER (X.690). */
function tag(type: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([type, ...size]), content])
}

function sequence(...parts: Buffer[]): Buffer {
  return tag(0x30, Buffer.concat(parts))
}

function integer(bytes: Buffer): Buffer {
  return tag(0x02, bytes)
}

/** GeneralizedTime is for 2050 on only (RFC 5280, 4.1.2.5). */
function time(at: Date): Buffer {
  const text = `${at.toISOString().replace(/[-:T]|\..*/g, '')}Z`
  return at.getUTCFullYear() < 2050 ? tag(0x17, Buffer.from(text.slice(2))) : tag(0x18, Buffer.from(text))
}

function oid(dotted: string): Buffer {
  const [a = 0, b = 0, ...rest] = dotted.split('.').map(Number)
  return tag(0x06, Buffer.from([a * 40 + b, ...rest.flatMap(base128)]))
}

function base128(n: number): number[] {
  const out = [n & 127]
  for (let left = n >> 7; left > 0; left >>= 7) out.unshift((left & 127) | 128)
  return out
}
