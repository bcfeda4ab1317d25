/** The dedup key of the message that follows up a recipient: at each try it is the same message. */
export function stepKey(recipientId: string, step: number): string {
  return `${STEP}${recipientId}:${step}`
}

/** Whether a message with this dedup key is such a one. */
export function isStepKey(dedupKey: string | null): boolean {
  return dedupKey?.startsWith(STEP) ?? false
}

/** How such keys begin. */
export const STEP = 'step:'
