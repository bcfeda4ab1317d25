import type {
  AckFn,
  BlockAction,
  RespondFn,
  SlackActionMiddlewareArgs,
  SlackCommandMiddlewareArgs,
  SlackShortcut,
  SlackShortcutMiddlewareArgs,
  SlackViewMiddlewareArgs,
  SlashCommand,
  ViewResponseAction,
  ViewSubmitAction,
} from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { WebAPIRateLimitedError } from '@slack/web-api'
import { Problem, Problems } from '../../../lib/problem.ts'
import { randomWord } from '../../../lib/sign.ts'
import type { Desk } from '../desk.ts'
import { notice } from '../views/blocks.ts'
import { said } from '../views/tickets/prompts.ts'

/** Somebody pressed a button or chose from a select. */
export interface Pressed {
  user: string
  value: string
  body: BlockAction
  respond: RespondFn
}

/** Acknowledged at once; whatever goes wrong is told where they pressed. */
export function onPress(desk: Desk, work: (pressed: Pressed) => Promise<void>) {
  return async ({ ack, body, action, respond }: SlackActionMiddlewareArgs<BlockAction>): Promise<void> => {
    await ack()
    const value = 'value' in action ? action.value : 'selected_option' in action ? action.selected_option?.value : ''
    await showing(desk, body, () => work({ user: body.user.id, value: String(value ?? ''), body, respond }))
  }
}

export function onShortcut<S extends SlackShortcut>(desk: Desk, work: (body: S) => Promise<void>) {
  return async ({ ack, body }: SlackShortcutMiddlewareArgs<S>): Promise<void> => {
    await (ack as AckFn<void>)()
    await showing(desk, body as Place, () => work(body as unknown as S))
  }
}

export function onCommand(desk: Desk, work: (command: SlashCommand, respond: RespondFn) => Promise<void>) {
  return async ({ ack, command, respond }: SlackCommandMiddlewareArgs): Promise<void> => {
    await ack()
    try {
      await work(command, respond)
    } catch (error) {
      const { text, blocks } = said(sentenceFor(desk, error))
      await respond({ response_type: 'ephemeral', text, blocks }).catch(err => desk.log.warn({ err }, UNHEARD))
    }
  }
}

/** What follows a submitted form: another view in its place, or nothing (it closes), and what is done after that. */
export interface Done {
  show?: ModalView
  push?: ModalView // it opens over the form, which stays
  keepBelow?: true // the form that this one was opened from stays
  after?: () => Promise<void>
}

/**
 * Acknowledged with the outcome. Faults are shown under the fields that they name; `nearest` says under which others those
 * go whose field the form does not show. The form stays, so nothing typed is lost.
 */
export function onSubmit(
  desk: Desk,
  work: (body: ViewSubmitAction) => Promise<Done | undefined>,
  nearest: Record<string, string> = {},
) {
  return async ({ ack, body }: SlackViewMiddlewareArgs<ViewSubmitAction>): Promise<void> => {
    let done: Done | undefined
    try {
      done = await work(body)
    } catch (error) {
      return ack(refusal(desk, body, error, nearest))
    }
    const isPushed = body.view.previous_view_id !== null && !done?.keepBelow
    if (done?.show) await ack({ response_action: 'update', view: done.show })
    else if (done?.push) await ack({ response_action: 'push', view: done.push })
    else if (isPushed) await ack({ response_action: 'clear' })
    else await ack()
    if (done?.after) await showing(desk, { user: body.user }, done.after)
  }
}

function refusal(
  desk: Desk,
  { view }: ViewSubmitAction,
  error: unknown,
  nearest: Record<string, string>,
): ViewResponseAction {
  const fields = view.blocks.filter(b => b.type === 'input').map(b => b.block_id ?? '')
  if (!fields.length) return { response_action: 'update', view: notice(view.title.text, sentenceFor(desk, error)) }
  const errors: Record<string, string> = {}
  for (const { field, message } of problemsIn(desk, error)) {
    const at =
      find(fields, field) ?? find(fields, nearest[field ?? '']) ?? find(fields, 'message') ?? (fields.at(-1) as string)
    if (!errors[at]?.includes(message)) errors[at] = errors[at] ? `${errors[at]} ${message}` : message
  }
  return { response_action: 'errors', errors }
}

/** A field is named `subject`, or `sender:ID` where it belongs to something. */
function find(fields: string[], name: string | undefined): string | undefined {
  return name === undefined ? undefined : fields.find(f => f === name || f.startsWith(`${name}:`))
}

function problemsIn(desk: Desk, error: unknown): { field?: string | undefined; message: string }[] {
  if (error instanceof Problems) return error.problems
  if (error instanceof Problem) return [error]
  return [{ message: sentenceFor(desk, error) }]
}

/** What the person is told. What they cannot act on is logged once, with a reference that they can name. */
export function sentenceFor(desk: Desk, error: unknown): string {
  if (error instanceof Problem || error instanceof Problems) return error.message
  if (error instanceof WebAPIRateLimitedError)
    return `Slack asks us to be slower. Try again in ${error.retryAfter} seconds.`
  const ref = randomWord().slice(0, 4).toUpperCase()
  desk.log.error({ err: error, ref }, 'A listener failed.')
  return `Something went wrong on our side (ref ${ref}). Nothing was lost; try again.`
}

/** Where somebody is: what Slack says of it when they press. */
export interface Place {
  user: { id: string }
  trigger_id?: string
  channel?: { id: string }
  container?: { thread_ts?: string }
  view?: { type: string }
}

async function showing(desk: Desk, place: Place, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    await tell(desk, place, sentenceFor(desk, error))
  }
}

const UNHEARD = 'A person could not be told.'

/** Tells one person something where they are, or in a direct message when that fails. */
export async function tell(desk: Desk, place: Place, text: string): Promise<void> {
  try {
    await tellThere(desk, place, text)
  } catch {
    await desk.ui.chat
      .postMessage({ channel: place.user.id, ...said(text) })
      .catch(err => desk.log.warn({ err }, UNHEARD))
  }
}

async function tellThere(
  desk: Desk,
  { user, trigger_id, channel, container, view }: Place,
  text: string,
): Promise<void> {
  if (view && trigger_id) {
    const shown = { trigger_id, view: notice('Overture', text) }
    await (view.type === 'modal' ? desk.ui.views.push(shown) : desk.ui.views.open(shown))
  } else if (channel) {
    const thread = container?.thread_ts ? { thread_ts: container.thread_ts } : {}
    await desk.ui.chat.postEphemeral({ channel: channel.id, user: user.id, ...thread, ...said(text) })
  } else await desk.ui.chat.postMessage({ channel: user.id, ...said(text) })
}
