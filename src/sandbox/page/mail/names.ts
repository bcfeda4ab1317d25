import type { MailboxGlance } from '../../mail/types.ts'

export function nameOfBox({ name, address }: Pick<MailboxGlance, 'name' | 'address'>): string {
  return name || address
}
