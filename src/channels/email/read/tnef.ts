export function readTnef(_: Buffer): { text: string; html: string; files: { type: string; name: string; bytes: Buffer }[] } | null { return null }
