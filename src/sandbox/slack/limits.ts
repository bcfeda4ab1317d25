/** Slack's numbers, as data. Lengths are in characters. */
export const limits = {
  message: {
    blocks: 50,
    text: 40_000,
    updateText: 4_000,
    ephemeralText: 40_000,
    blockText: 10_000,
    attachments: 100,
    metadataBytes: 16_000,
  },
  view: {
    blocks: 100,
    title: 24,
    button: 24,
    privateMetadata: 3_000,
    callbackId: 255,
    externalId: 255,
    bytes: 250_000,
    stack: 3,
  },
  id: 255,
  section: { text: 3_000, fields: 10, field: 2_000 },
  header: 150,
  context: 10,
  actions: 25,
  image: { url: 3_000, alt: 2_000, title: 2_000 },
  markdown: 12_000,
  table: { rows: 100, columns: 20 },
  button: { text: 75, value: 2_000, url: 3_000, label: 75 },
  options: { most: 100, text: 75, value: 75, description: 75, groups: 100, groupLabel: 75 },
  overflow: 5,
  choices: 10,
  placeholder: 150,
  input: { label: 2_000, hint: 2_000, value: 3_000 },
  confirm: { title: 100, text: 300, button: 30 },
  files: { most: 10 },
  video: { title: 200, alt: 2_000, url: 3_000 },
  triggerMs: 3_000,
  responseUrl: { uses: 5, ms: 30 * 60_000 },
  sockets: 10,
  reactions: 23,
} as const

/** Calls a minute of each tier, per method. */
export const tiers = { 1: 1, 2: 20, 3: 50, 4: 100, 5: 600 } as const

export type Tier = keyof typeof tiers

/** chat.postMessage: about one a second in each channel, with short bursts, and a cap for the workspace. */
export const posting = { perSecond: 1, burst: 5, workspacePerMinute: 300 } as const
