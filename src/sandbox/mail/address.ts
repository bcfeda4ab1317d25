import addressparser from 'nodemailer/lib/addressparser'
import type { Person } from './types.ts'

/** Reads `a@b` or `Name <a@b>`; the address comes out in lower case. */
export function readPerson(text: string): Person {
  const [found] = addressparser(text, { flatten: true })
  return { name: found?.name ?? '', address: (found?.address ?? '').toLowerCase() }
}

export function addressOf(text: string): string {
  return readPerson(text).address
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1)
}

/** The address without what follows a plus sign: `support+abc@x` is `support@x`. */
export function withoutPlus(address: string): string {
  return address.toLowerCase().replace(/\+[^@]*(?=@)/, '')
}

/** As it stands in a header, whatever the name is. */
export function written({ name, address }: Person): string {
  return name ? `"${name.replace(/["\\]/g, '\\$&')}" <${address}>` : address
}

/** As a header shows a person: `Jane Doe <jane@acme.test>`. */
export function shown({ name, address }: Person): string {
  return name ? `${name} <${address}>` : address
}
