export function clearSigned(text: string): string { return text }
export function isEncrypted(_: string): boolean { return false }
export function signedContent(_: Buffer): Buffer | null { return null }
