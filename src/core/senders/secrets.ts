import type { SenderRow } from '../../db/schema.ts'
import { Problem } from '../../lib/problem.ts'
import { unseal } from '../../lib/sign.ts'

export interface Secrets {
  smtpUrl: string | null
  dkim: { selector: string; key: string } | null
}

/** What is kept sealed of a sender. Throws a Problem when it was sealed under another APP_SECRET. */
export function secretsOf(key: Buffer, sender: Pick<SenderRow, 'smtp_url' | 'dkim_selector' | 'dkim_key'>): Secrets {
  const { smtp_url, dkim_selector, dkim_key } = sender
  try {
    return {
      smtpUrl: smtp_url && unseal(key, smtp_url),
      dkim: dkim_selector && dkim_key ? { selector: dkim_selector, key: unseal(key, dkim_key) } : null,
    }
  } catch {
    throw new Problem('conflict', LOCKED)
  }
}

export const LOCKED = 'Its password or key was sealed under another APP_SECRET. Enter it again in Set-up.'
