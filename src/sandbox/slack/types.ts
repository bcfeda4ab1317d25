/**
 * The shapes of the imaginary Slack. Everything ending in `View` is plain JSON for the page and the HTTP routes; the
 * rest is for tests and the demo, which hold the workspace in the same process.
 */

/** JSON of Slack's own making (blocks, state values, payloads): passed on as it is, and checked at run time. */
// biome-ignore lint/suspicious/noExplicitAny: Slack's payloads have no one shape
export type Json = any

export interface Block {
  type: string
  block_id?: string
  [field: string]: Json
}

export interface UserView {
  id: string
  /** The handle, as in @ann. */
  name: string
  realName: string
  displayName: string
  email: string | undefined
  teamId: string
  isBot: boolean
  /** From another workspace, met through Slack Connect. */
  isStranger: boolean
  color: string
}

export type ChannelKind = 'public' | 'private' | 'im' | 'shared'

export interface ChannelView {
  id: string
  /** Without #; for a direct message the other one's name. */
  name: string
  /** `shared` is a public channel that another workspace sees too. */
  kind: ChannelKind
  topic: string
  members: string[]
  isMember: boolean
  isArchived: boolean
  /** The other one of a direct message. */
  user: string | undefined
  /** Messages of others since this user last looked (`read`); thread replies count only when they mention. */
  unread: number
}

export interface ReactionView {
  name: string
  users: string[]
  count: number
}

/** A file as Slack's file object; `pageUrl` is where the page may fetch it without a token. */
export interface FileView {
  id: string
  name: string
  title: string
  mimetype: string
  size: number
  user: string
  pageUrl: string
}

/** A message in Slack's own field names, as conversations.history gives it, without `metadata`. */
export interface MessageView {
  type: 'message'
  channel: string
  ts: string
  subtype?: string
  text: string
  blocks?: Block[]
  attachments?: Json[]
  /** Absent for posts under another name (`bot_message`). */
  user?: string
  bot_id?: string
  app_id?: string
  username?: string
  icons?: { emoji?: string; image_48?: string }
  /** Equal to `ts` for the root of a thread that has replies. */
  thread_ts?: string
  reply_count?: number
  reply_users?: string[]
  latest_reply?: string
  edited?: { user: string; ts: string }
  files?: FileView[]
  reactions?: ReactionView[]
}

/** "Only visible to you". */
export interface EphemeralView {
  id: string
  channel: string
  ts: string
  user: string
  thread_ts?: string
  text: string
  blocks?: Block[]
  username?: string
}

/** `{ [block_id]: { [action_id]: { type, ...value } } }`, complete, as Slack sends it. */
export type StateValues = Record<string, Record<string, Json>>

export interface ModalView {
  id: string
  callbackId: string
  title: string
  submit: string | undefined
  close: string | undefined
  blocks: Block[]
  values: StateValues
  /** By block_id, from the last submit. */
  errors: Record<string, string>
  /** Waiting for the app's answer to a submit. */
  isBusy: boolean
  /** Grows with each change by the app or by hand. */
  version: number
}

export interface HomeView {
  id: string
  blocks: Block[]
  values: StateValues
}

/** What Slack itself tells a user: a command that failed, an app that did not answer. */
export interface NoticeView {
  id: string
  at: number
  text: string
  /** Slack's short word: dispatch_failed, operation_timeout, ... */
  code: string
}

export interface CommandView {
  command: string
  description: string
  usageHint: string
}

export interface ShortcutView {
  name: string
  description: string
  type: 'global' | 'message'
  callbackId: string
}

/** All that the page needs, as one user sees it. */
export interface SlackSnapshot {
  /** Grows with each change, so that a page knows whether it has the newest. */
  version: number
  team: { id: string; name: string; domain: string }
  app: {
    id: string
    name: string
    botUser: string
    hasHome: boolean
    commands: CommandView[]
    shortcuts: ShortcutView[]
    /** Open Socket Mode connections; in HTTP mode 0. */
    connections: number
  }
  me: UserView
  users: UserView[]
  /** Those that the user is in, and the public ones. */
  channels: ChannelView[]
  /** By channel id, oldest first, thread replies among them (`thread_ts` differs from `ts`). */
  messages: Record<string, MessageView[]>
  ephemerals: EphemeralView[]
  /** The stack of open modals, the visible one last. */
  modals: ModalView[]
  home: HomeView | null
  notices: NoticeView[]
  outage: boolean
}

export type SlackChange =
  | { kind: 'message'; channel: string; ts: string }
  | { kind: 'channel'; channel: string }
  | { kind: 'ephemeral'; user: string }
  | { kind: 'modals'; user: string }
  | { kind: 'home'; user: string }
  | { kind: 'notice'; user: string }
  | { kind: 'connections' }

export interface MessageRef {
  channel: string
  ts: string
}

/** Where a button or select is: a message, an ephemeral (by id), an open modal or App Home (by view id). */
export type Place = { message: MessageRef } | { ephemeral: string } | { view: string }

export interface Upload {
  name: string
  bytes: Buffer | string
  /** Guessed from the name when absent. */
  mimetype?: string
}

export interface Say {
  /** Id or name of a channel, or a user's id for a direct message with the app. */
  channel: string
  text?: string
  /** Usually one rich_text block; made of the text when absent. */
  blocks?: Block[]
  thread_ts?: string
  /** Also send to the channel. */
  broadcast?: boolean
  files?: Upload[]
}

/**
 * What a person enters in one element. A string serves all: text, the value or label of an option, a user or channel id or
 * name, a date. Several options as a list, files as uploads, rich text as a string (Slack's mrkdwn) or a rich_text block.
 * `null` empties the element. An external select searches for the string and takes the option of that value or label.
 */
export type Entry = string | number | string[] | Upload[] | Option | Option[] | Block | null

export interface Option {
  text: { type: string; text: string }
  value: string
}

/** By action_id or block_id. */
export type Entries = Record<string, Entry>

export interface SubmitAnswer {
  /** `errors`: the modal stays open; `closed`: this view, `cleared`: the whole stack is gone. */
  became: 'errors' | 'closed' | 'cleared' | 'updated' | 'pushed'
  /** By block_id. */
  errors: Record<string, string>
  /** Submitted twice: the errors that the second submission was answered with. */
  again?: Record<string, string>
  /** Whether the errors are Slack's own (a required field is empty), so that the app was never asked. */
  isLocal: boolean
  /** The modal on top afterwards. */
  view: ModalView | undefined
}

export interface CommandAnswer {
  /** What the command's acknowledgement said, if anything. */
  ephemeral: EphemeralView | undefined
}

export interface Suggestions {
  options: Option[]
  groups: { label: string; options: Option[] }[]
}

/**
 * One person at the keyboard. Every method resolves when Slack's own client would be done: an interaction when the app
 * acknowledged it. It rejects with a SlackSays when Slack would refuse or tell of a failure.
 */
export interface Person {
  readonly id: string
  readonly name: string
  /** The whole line, such as `/ticket jane@acme.test`. As with shortcuts and clicks in messages, open forms are closed. */
  command(line: string, where: { channel: string }): Promise<CommandAnswer>
  /** A global shortcut of the app. */
  shortcut(callbackId: string): Promise<void>
  messageShortcut(callbackId: string, message: MessageRef): Promise<void>
  say(say: Say): Promise<MessageView>
  edit(message: MessageRef, to: string | Block[]): Promise<MessageView>
  remove(message: MessageRef): Promise<void>
  react(message: MessageRef, name: string): Promise<void>
  unreact(message: MessageRef, name: string): Promise<void>
  /**
   * Presses a button, or picks in a select, overflow, datepicker ... that is not inside an input block. Buttons with a
   * `confirm` are confirmed. `at.block` tells two elements with one action_id apart, `at.value` does it by a button's value.
   */
  click(place: Place, actionId: string, entry?: Entry, at?: { block?: string; value?: string }): Promise<void>
  /** Enters something in an open modal (default: the top one); dispatches when the block asks for it. */
  choose(key: string, entry: Entry, view?: string): Promise<ModalView>
  /** What an external select offers for a text. */
  suggest(place: Place, key: string, query: string): Promise<Suggestions>
  /** Enters the entries, then submits the top modal. `twice` sends the same submission again at once. */
  submit(entries?: Entries, options?: { view?: string; twice?: boolean }): Promise<SubmitAnswer>
  /** Closes the top modal, or with `all` the whole stack. */
  close(options?: { all?: boolean }): Promise<void>
  openHome(tab?: 'home' | 'messages'): Promise<HomeView | null>
  /** The open modals, the visible one last. */
  modals(): ModalView[]
  /** The visible modal; throws when none is open. */
  modal(): ModalView
  home(): HomeView | null
  /** Ephemerals still shown to this person, oldest first. */
  ephemerals(): EphemeralView[]
  dismiss(ephemeral: string): void
  notices(): NoticeView[]
  join(channel: string): Promise<void>
  leave(channel: string): Promise<void>
  /** Invites somebody, by default the app. */
  invite(channel: string, user?: string): Promise<void>
  /** Removes somebody, by default the app. */
  kick(channel: string, user?: string): Promise<void>
  /** Marks all of a channel as read. */
  read(channel: string): void
}

/** What a reader of the workspace sees of a channel; `message` and `thread` throw when there is no such message. */
export interface ChannelReader {
  readonly id: string
  readonly name: string
  /** Top-level messages (and replies sent to the channel too), oldest first. */
  messages(): MessageView[]
  /** Root and replies, oldest first. */
  thread(ts: string): MessageView[]
  message(ts: string): MessageView
  /** The metadata of a message, which the app alone sees. */
  metadata(ts: string): Json
  members(): string[]
  archive(): void
  unarchive(): void
  remove(): void
  rename(name: string): void
  /** People of another organisation read it from now on (Slack Connect), or no more. */
  share(): void
  unshare(): void
  /** It has another id from now on, as it may when it is shared. */
  changeId(): void
}

export interface Call {
  method: string
  args: Json
  ok: boolean
  error: string | undefined
  /** The clock's milliseconds on arrival; `order` is the place among all calls and envelopes. */
  at: number
  order: number
  response: Json
}

/** Something that Slack sent to the app, and how it went. */
export interface Sent {
  /** event_id of an event, envelope id of an interaction. */
  id: string
  kind: 'event' | 'command' | 'interaction' | 'suggestion'
  payload: Json
  attempts: number
  /** When it was acknowledged, by the clock. */
  ackedAt: number | undefined
  at: number
  order: number
}

export type Fault =
  /** The call is applied, then its connection is cut. */
  | { kind: 'drop_response' }
  /** The connection is cut before the call is applied. */
  | { kind: 'drop_request' }
  | { kind: 'error'; error: string; messages?: string[] }
  | { kind: 'rate_limited'; retryAfterS?: number }
  | { kind: 'http_500' }
  | { kind: 'delay'; ms: number }

export interface SlackFaults {
  /** The next `times` calls (default 1) of a method, or of any with '*', go wrong in this way. */
  next(method: string, fault: Fault, times?: number): void
  clear(): void
}

export interface PersonSeed {
  /** First name or whole name; the handle is the first word in lower case. */
  name: string
  email?: string
  isStranger?: boolean
}

export interface ChannelSeed {
  name: string
  kind: Exclude<ChannelKind, 'im'>
  /** Names of people; all who belong to the workspace when absent. */
  members?: string[]
  hasBot?: boolean
}

export interface SlackOptions {
  /** The text of manifest.yml, which decides scopes, events, commands and shortcuts. */
  manifest: string
  /** Loopback port; 0 (default) takes a free one. */
  port?: number
  /** HTTP mode: where signed requests go, proven before the first. Socket Mode when absent. See also `sendEventsTo`. */
  eventsUrl?: string
  /** Milliseconds since 1970. */
  clock?: () => number
  people?: PersonSeed[]
  channels?: ChannelSeed[]
  /** `false` switches rate limits off; a number multiplies what is allowed (default 1). */
  limits?: false | number
  /** How long Slack waits for an acknowledgement, in milliseconds (default 3000). */
  ackMs?: number
  /** Milliseconds before each redelivery of an event (default 0, 60 000, 300 000). */
  retryDelaysMs?: number[]
}

/** A run of one of the app's steps in somebody's workflow. */
export interface StepRunView {
  id: string
  callbackId: string
  state: 'running' | 'completed' | 'failed'
  outputs: Json
  error: string | undefined
}

export interface SlackSandbox {
  /** Ends in `/api/`. */
  readonly apiUrl: string
  readonly botToken: string
  readonly appToken: string
  readonly signingSecret: string
  readonly port: number
  readonly team: { id: string; name: string; domain: string }
  readonly app: { id: string; name: string; botUser: string; botId: string }
  readonly faults: SlackFaults
  /** A person by first name, handle or id; throws when there is none. */
  as(who: string): Person
  user(who: string): UserView
  /** A channel by name or id; throws when there is none. */
  channel(which: string): ChannelReader
  /** The direct messages between a person and the app. */
  direct(who: string): ChannelReader
  /** Calls of the Web API, oldest first. */
  calls(method?: string): Call[]
  /** What was sent to the app, oldest first. */
  sent(kind?: Sent['kind']): Sent[]
  /** Sends an event or interaction again as it was; resolves when it is acknowledged. */
  redeliver(id: string): Promise<void>
  /** HTTP mode from now on: asks the app to prove its address; rejects with a SlackSays when it does not. */
  sendEventsTo(url: string): Promise<void>
  /** Ends Socket Mode connections as Slack does; `warning` only announces it. */
  disconnect(reason: 'warning' | 'refresh_requested' | 'link_disabled'): void
  /** Socket Mode connections open now. */
  readonly connections: number
  /** Refuses API calls and sends nothing; what happens meanwhile is delivered as far as retries reach. */
  outage(on: boolean): void
  /** Changes somebody's profile, as they would, and tells the app. */
  changeProfile(
    who: string,
    change: { realName?: string; displayName?: string; email?: string; isDeleted?: boolean },
  ): void
  /** Somebody goes away or comes back, or wants no disturbance until a time (seconds since 1970; 0 ends it). */
  setPresence(who: string, change: { isAway?: boolean; quietUntil?: number }): void
  /** Runs a step of the app as Workflow Builder does. */
  runStep(callbackId: string, inputs: Json): StepRunView
  /** How a run stands now. */
  stepRun(id: string): StepRunView
  snapshot(who: string): SlackSnapshot
  /** Tells of each change; returns what ends the telling. */
  onChange(tell: (change: SlackChange) => void): () => void
  /** Polls until the check gives something truthy, and returns it; throws with the state after `timeoutMs` (20 000). */
  until<T>(check: () => T | Promise<T>, options?: { timeoutMs?: number }): Promise<NonNullable<T>>
  /** The bytes of a file; undefined when there is none. */
  file(id: string): { name: string; mimetype: string; bytes: Buffer } | undefined
  close(): Promise<void>
}

/**
 * The routes that `mountSlack(app, sandbox)` in http.ts adds. `:who` is a user's id. All are JSON unless said otherwise;
 * what Slack refuses is answered as `{ error: string, code: string }` with 400, what is not there with 404.
 *
 * GET  /sandbox/slack/as/:who                        SlackSnapshot
 * GET  /sandbox/slack/events                         server-sent events, `data:` is a SlackChange
 * GET  /sandbox/slack/files/:id                      the file (`?download` asks the browser to save it)
 * POST /sandbox/slack/as/:who/command                { line, channel } -> CommandAnswer
 * POST /sandbox/slack/as/:who/shortcut               { callbackId } or { callbackId, message: MessageRef } -> {}
 * POST /sandbox/slack/as/:who/say                    SayRequest -> MessageView
 * POST /sandbox/slack/as/:who/edit                   { channel, ts, text? , blocks? } -> MessageView
 * POST /sandbox/slack/as/:who/remove                 MessageRef -> {}
 * POST /sandbox/slack/as/:who/react, /unreact        { channel, ts, name } -> {}
 * POST /sandbox/slack/as/:who/click                  { place, actionId, entry?, at? } -> {}
 * POST /sandbox/slack/as/:who/choose                 { key, entry, view? } -> ModalView
 * POST /sandbox/slack/as/:who/suggest                { place, key, query } -> Suggestions
 * POST /sandbox/slack/as/:who/submit                 { entries?, view? } -> SubmitAnswer
 * POST /sandbox/slack/as/:who/close                  { all? } -> {}
 * POST /sandbox/slack/as/:who/home                   { tab? } -> { home: HomeView | null }
 * POST /sandbox/slack/as/:who/dismiss                { ephemeral } -> {}
 * POST /sandbox/slack/as/:who/join, /leave, /read    { channel } -> {}
 * POST /sandbox/slack/as/:who/invite, /kick          { channel, user? } -> {}
 * PUT  /sandbox/slack/outage                         { on: boolean } -> {}
 */
export interface UploadRequest {
  name: string
  mimetype?: string
  base64: string
}

export interface SayRequest extends Omit<Say, 'files'> {
  files?: UploadRequest[]
}

/** An Entry over HTTP: uploads carry base64. */
export type EntryRequest = Exclude<Entry, Upload[]> | UploadRequest[]
