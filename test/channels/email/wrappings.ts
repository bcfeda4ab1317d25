/** Wrappings as Outlook and mail gateways make them, byte by byte, for what unpacks them. */

const u16 = (n: number) => Buffer.from([n & 0xff, n >> 8])
const u32 = (n: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(n)
  return bytes
}
const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)])

/** A property of a mail or of a file in it (MS-OXTNEF 2.1.3.4). */
export function property(id: number, value: string | Buffer, type = typeof value === 'string' ? 0x1f : 0x102): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(`${value}\0`, 'utf16le') : value
  return Buffer.concat([u16(type), u16(id), u32(1), u32(bytes.length), padded(bytes)])
}

function attribute(level: 1 | 2, id: number, data: Buffer): Buffer {
  const sum = data.reduce((sum, byte) => (sum + byte) & 0xffff, 0)
  return Buffer.concat([Buffer.from([level]), u32(id), u32(data.length), data, u16(sum)])
}

export interface TnefFile {
  title?: string
  data: Buffer
  properties?: Buffer[]
}

/** A winmail.dat of properties and files. */
export function tnef(properties: Buffer[], files: TnefFile[] = []): Buffer {
  const all = (list: Buffer[]) => Buffer.concat([u32(list.length), ...list])
  return Buffer.concat([
    u32(0x223e9f78),
    u16(1),
    attribute(1, 0x00069007, Buffer.concat([u32(1252), u32(0)])),
    attribute(1, 0x00069003, all(properties)),
    ...files.flatMap(file => [
      attribute(2, 0x00069002, Buffer.alloc(14)),
      attribute(2, 0x00018010, Buffer.from(`${file.title ?? 'SHORT~1.DAT'}\0`, 'latin1')),
      attribute(2, 0x0006800f, file.data),
      ...(file.properties ? [attribute(2, 0x00069005, all(file.properties))] : []),
    ]),
  ])
}

/** RTF as mail carries it, without compression (MS-OXRTFCP 2.1.3.1). */
export function rawRtf(rtf: string): Buffer {
  const bytes = Buffer.from(rtf, 'latin1')
  return Buffer.concat([u32(bytes.length + 12), u32(bytes.length), u32(0x414c454d), u32(0), bytes])
}

const der = (tag: number, ...content: Buffer[]) => {
  const bytes = Buffer.concat(content)
  const length = bytes.length
  const size =
    length < 128
      ? [length]
      : length < 65_536
        ? [0x82, length >> 8, length & 0xff]
        : [0x83, length >> 16, (length >> 8) & 0xff, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), bytes])
}
const endless = (tag: number, ...content: Buffer[]) =>
  Buffer.concat([Buffer.from([tag, 0x80]), ...content, Buffer.alloc(2)])

const SIGNED = Buffer.from('2a864886f70d010702', 'hex')
const ENVELOPED = Buffer.from('2a864886f70d010703', 'hex')
const DATA = Buffer.from('2a864886f70d010701', 'hex')

/** An opaquely signed mail (RFC 8551, 3.5.2), in one piece or, as gateways stream it, in several without lengths. */
export function signed(content: string, streamed = false): Buffer {
  const half = content.length >> 1
  const pieces = [content.slice(0, half), content.slice(half)].map(piece => der(0x04, Buffer.from(piece)))
  const octets = streamed ? endless(0x24, ...pieces) : der(0x04, Buffer.from(content))
  const make = streamed ? endless : der
  const data = make(0x30, der(0x06, DATA), make(0xa0, octets))
  const signedData = make(0x30, der(0x02, Buffer.from([1])), der(0x31), data, der(0x31))
  return make(0x30, der(0x06, SIGNED), make(0xa0, signedData))
}

/** An encrypted one. */
export function encrypted(): Buffer {
  return der(0x30, der(0x06, ENVELOPED), der(0xa0, der(0x30, der(0x02, Buffer.from([0])), der(0x31))))
}
