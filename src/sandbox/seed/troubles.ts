import type { Town } from './town.ts'

const MAILS = [
  {
    from: 'Parcel Post <news@parcelpost.test>',
    subject: 'Your label for 14 boxes',
    text: 'Your label is ready. This mail was made by a machine; answers to it are not read.',
    headers: { 'Auto-Submitted': 'auto-generated' },
  },
  {
    from: 'Growers United <hello@growersunited.test>',
    subject: 'Sell twice as many roses',
    text: 'Dear friend, our list of 40,000 florists is yours for only 99 euros.',
    headers: { 'X-Spam-Flag': 'YES' },
  },
]

/** Mails that belong to no ticket, in the tray of App Home. */
export async function seedTroubles(town: Town): Promise<void> {
  const { mail } = town.world
  for (const { from, ...words } of MAILS) await mail.customer(from).write({ to: 'support@tulip.test', ...words })
  await town.settle()
}
