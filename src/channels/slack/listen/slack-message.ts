import type { KnownBlock } from '@slack/types'

/** https://docs.slack.dev/reference/events/message */
export interface SlackMessage {
  type: 'message'
  subtype?: string
  channel: string
  user?: string
  bot_id?: string
  text?: string
  blocks?: KnownBlock[]
  ts: string
  thread_ts?: string
  parent_user_id?: string
  files?: { id: string }[]
  edited?: { ts: string }
  deleted_ts?: string
  message?: SlackMessage
  previous_message?: SlackMessage
}
