/** Whether a ticket's due date has passed: never stored, so that it ends by itself. */
export function isPastDue(
  { dueAt, closedAt }: { dueAt: number | null; closedAt: number | null },
  now: number,
): boolean {
  return dueAt !== null && closedAt === null && dueAt <= now
}
