/** Whether a text begins with `note:`, however it is set: bold, quoted, in a list, or with another keyboard's colon. */
export function saysNote(text: string): boolean {
  return NOTE.test(text)
}

const NOTE = /^[^\p{L}\p{N}]*note[\s*_~`]*[:\uff1a]/iu
