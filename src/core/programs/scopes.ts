/** What a key can be limited to, beside what its agent may. */
export const SCOPES = [
  'tickets:read',
  'tickets:write',
  'chats:read',
  'chats:write',
  'people:read',
  'people:write',
  'setup:read',
  'setup:write',
  'webhooks:read',
  'webhooks:write',
] as const

export type ApiScope = (typeof SCOPES)[number]

export function isScope(text: string): text is ApiScope {
  return (SCOPES as readonly string[]).includes(text)
}
