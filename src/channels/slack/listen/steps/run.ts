import { WebAPIPlatformError } from '@slack/web-api'
import { Problem, Problems } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { sentenceFor } from '../showing-problems.ts'
import type { StoredEvent } from '../stored-event.ts'
import { sendChatStep } from './chat.ts'
import type { Inputs, Outputs } from './inputs.ts'
import { addNoteStep } from './note.ts'
import { createTicketStep } from './ticket.ts'

/** https://docs.slack.dev/reference/events/function_executed */
export interface StepRun {
  function: { callback_id: string }
  inputs: Inputs
  function_execution_id: string
  bot_access_token?: string // good for this run alone, and only for some minutes
}

/** A step's work. The same key again is the same ticket, chat or note. Throws a Problem that says why it failed. */
type Step = (desk: Desk, inputs: Inputs, key: string) => Promise<Outputs>

/** The steps of Workflow Builder by what they are called in manifest.yml. */
export const steps: Record<string, Step> = {
  create_ticket: createTicketStep,
  send_chat: sendChatStep,
  add_note: addNoteStep,
}

const TRIES = 5 // about half a minute, in which an outage may be over

type Outcome = { outputs: Outputs } | { error: string }

/** Runs a step of somebody's workflow, and tells Slack its outcome: what it gives, or a sentence that says why it failed. */
export async function onStep(desk: Desk, { event, attempts }: StoredEvent<StepRun>): Promise<void> {
  await tellSlack(desk, event, await outcomeOf(desk, event, attempts))
}

async function outcomeOf(desk: Desk, event: StepRun, attempts: number): Promise<Outcome> {
  const step = steps[event.function.callback_id]
  try {
    if (!step) throw new Problem('not_found', 'Overture has no such step any more. Take it out of the workflow.')
    return { outputs: await step(desk, event.inputs, `step:${event.function_execution_id}`) }
  } catch (error) {
    const isTheirs = error instanceof Problem || error instanceof Problems
    if (!isTheirs && attempts < TRIES) throw error
    return { error: sentenceFor(desk, error) }
  }
}

/** With the run's own token, and once that is over with ours. */
async function tellSlack(desk: Desk, run: StepRun, outcome: Outcome): Promise<void> {
  const own = run.bot_access_token
  try {
    await complete(desk, run, outcome, own)
  } catch (error) {
    const code = error instanceof WebAPIPlatformError ? error.data.error : ''
    if (own && TOKEN_IS_OVER.includes(code)) return complete(desk, run, outcome)
    if (!IS_OVER.includes(code)) throw error
    desk.log.info({ run: run.function_execution_id, code }, 'Slack waits no longer for this step.')
  }
}

const TOKEN_IS_OVER = ['invalid_auth', 'token_expired', 'token_revoked', 'not_authed']
const IS_OVER = ['execution_not_in_running_state', 'function_execution_not_found', 'access_denied']

async function complete(desk: Desk, run: StepRun, outcome: Outcome, token?: string): Promise<void> {
  const about = { function_execution_id: run.function_execution_id, ...(token && { token }) }
  if ('error' in outcome) await desk.bulk.functions.completeError({ ...about, error: outcome.error })
  else await desk.bulk.functions.completeSuccess({ ...about, outputs: outcome.outputs })
}
