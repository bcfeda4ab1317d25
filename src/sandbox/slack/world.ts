import type { Courier } from './courier.ts'
import type { Manifest } from './manifest.ts'
import type { Block, Call, ChannelKind, Json, SlackChange, StateValues } from './types.ts'

export interface User {
  id: string
  name: string
  realName: string
  displayName: string
  email: string | undefined
  teamId: string
  isBot: boolean
  isStranger: boolean
  isDeleted?: boolean
  color: string
  updated: number
  isAway: boolean
  /** Until when they do not want to be disturbed, in seconds since 1970; 0 when they do not mind. */
  quietUntil: number
}

/** A message in Slack's field names. What depends on others (reply counts) is added when it is shown. */
export interface Message {
  type: 'message'
  ts: string
  text: string
  subtype?: string
  user?: string
  bot_id?: string
  app_id?: string
  bot_profile?: Json
  username?: string
  icons?: Json
  team?: string
  user_team?: string
  source_team?: string
  client_msg_id?: string
  blocks?: Block[]
  attachments?: Json[]
  files?: string[]
  thread_ts?: string
  parent_user_id?: string
  metadata?: Json
  edited?: { user: string; ts: string }
  reactions?: { name: string; users: string[] }[]
  hidden?: boolean
  upload?: boolean
  inviter?: string
  /** The blocks are Slack's own rich text of the text, so that they go when the text changes. */
  hasMadeBlocks?: boolean
}

export interface Channel {
  id: string
  name: string
  kind: ChannelKind
  topic: string
  created: number
  creator: string
  isArchived: boolean
  members: Set<string>
  /** Of a direct message: the person (the other one is the app). */
  user: string | undefined
  /** Oldest first. */
  messages: Map<string, Message>
  /** Reply timestamps by root, oldest first. */
  replies: Map<string, string[]>
  lastMicros: number
  readUntil: Map<string, string>
}

export interface Ephemeral {
  id: string
  ts: string
  channel: string
  user: string
  thread_ts?: string
  text: string
  blocks?: Block[]
  username?: string
}

export interface StoredFile {
  id: string
  name: string
  title: string
  mimetype: string
  size: number
  user: string
  created: number
  bytes: Buffer | undefined
  uploadTicket: string
  channels: Set<string>
  /** Given to the app by way of a form. */
  isSharedWithApp: boolean
  isDeleted: boolean
}

export interface View {
  id: string
  type: 'modal' | 'home'
  user: string
  hash: string
  rootId: string
  previousId: string | null
  /** As the app gave it, with all block and action ids. */
  given: Json
  values: StateValues
  errors: Record<string, string>
  isBusy: boolean
  version: number
}

export interface Trigger {
  user: string
  at: number
  isUsed: boolean
}

/** Where an answer to an interaction may be posted, for a while. */
export interface ResponseUrl {
  user: string
  channel: string
  at: number
  uses: number
  message?: { ts: string }
  ephemeral?: string
  thread_ts?: string
}

/** One run of a step of somebody's workflow. */
export interface StepRun {
  id: string
  callbackId: string
  token: string
  state: 'running' | 'completed' | 'failed'
  outputs: Json
  error: string | undefined
}

export interface Notice {
  id: string
  at: number
  user: string
  text: string
  code: string
}

/** All that this Slack knows. Functions of the other files read and change it. */
export interface World {
  manifest: Manifest
  now: () => number
  id: (prefix: string) => string
  /** Where it is served, `http://127.0.0.1:port`. */
  url: string
  team: { id: string; name: string; domain: string }
  otherTeam: { id: string; name: string; domain: string }
  app: { id: string; name: string; botUser: string; botId: string }
  botToken: string
  appToken: string
  signingSecret: string
  verificationToken: string
  users: Map<string, User>
  channels: Map<string, Channel>
  files: Map<string, StoredFile>
  ephemerals: Map<string, Ephemeral>
  views: Map<string, View>
  /** By user: ids of open modals, the visible one last. */
  stacks: Map<string, string[]>
  /** By user: the id of App Home's view. */
  homes: Map<string, string>
  triggers: Map<string, Trigger>
  responseUrls: Map<string, ResponseUrl>
  notices: Notice[]
  stepRuns: Map<string, StepRun>
  calls: Call[]
  order: number
  isDown: boolean
  courier: Courier
  tell: (change: SlackChange) => void
}

/** What Slack answers when it refuses: its short word, and what it says besides. */
export class Refusal extends Error {
  override name = 'Refusal'
  code: string
  more: Json

  constructor(code: string, more: Json = {}) {
    super(code)
    this.code = code
    this.more = more
  }
}

/** What Slack's own client tells a person: it refuses, or the app did not answer. */
export class SlackSays extends Error {
  override name = 'SlackSays'
  code: string

  constructor(code: string, text: string) {
    super(text)
    this.code = code
  }
}
