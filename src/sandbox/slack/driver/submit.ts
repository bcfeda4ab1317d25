import { newTrigger } from '../triggers.ts'
import type { Block, Json, SubmitAnswer } from '../types.ts'
import { isEmpty } from '../values.ts'
import { clearModals, closeModal, modalsOf, modalView, noteEntry, pushModal, updateView, viewJson } from '../views.ts'
import { Refusal, SlackSays, type User, type View, type World } from '../world.ts'
import { ask, payloadOf, TROUBLE, tellPerson } from './ask.ts'

/** Submits a modal and does what the app's acknowledgement says. `twice` sends the same again at once. */
export async function submit(world: World, user: User, view: View, twice: boolean): Promise<SubmitAnswer> {
  if (!view.given.submit) throw new SlackSays('no_submit', 'This modal has no submit button.')
  const local = localErrors(view)
  if (Object.keys(local).length) return showErrors(world, view, local, true)
  view.isBusy = true
  noteEntry(world, view)
  try {
    const first = send(world, user, view)
    const second = twice ? send(world, user, view) : undefined
    const answer = await first
    const again = (await second?.catch(() => undefined)) as { errors?: Record<string, string> } | undefined
    return { ...obey(world, user, view, answer), ...(twice && { again: again?.errors ?? {} }) }
  } finally {
    view.isBusy = false
    noteEntry(world, view)
  }
}

/** Closes a modal by hand, or the whole stack, and tells the app of those that ask for it. */
export async function close(world: World, user: User, view: View, all: boolean): Promise<void> {
  const stack = modalsOf(world, user.id)
  const isCleared = all || view.given.clear_on_close === true
  const closed = isCleared ? stack : [view]
  const payloads = closed
    .filter(v => v.given.notify_on_close)
    .map(v => ({ ...payloadOf(world, user, 'view_closed'), view: viewJson(world, v), is_cleared: isCleared }))
  if (isCleared) clearModals(world, user.id)
  else closeModal(world, view)
  for (const payload of payloads) await ask(world, user, { kind: 'interaction', payload, onFailure: () => TROUBLE })
}

function send(world: World, user: User, view: View): Promise<Json> {
  return ask(world, user, {
    kind: 'interaction',
    mayAnswer: true,
    onFailure: () => TROUBLE,
    payload: {
      ...payloadOf(world, user, 'view_submission'),
      trigger_id: newTrigger(world, user.id),
      view: viewJson(world, view),
      response_urls: [],
    },
  })
}

function obey(world: World, user: User, view: View, answer: Json): SubmitAnswer {
  const action = answer?.response_action
  try {
    switch (action) {
      case undefined:
        closeModal(world, view)
        return became(world, user, 'closed')
      case 'clear':
        clearModals(world, user.id)
        return became(world, user, 'cleared')
      case 'update':
        updateView(world, view, answer.view)
        return became(world, user, 'updated')
      case 'push':
        pushModal(world, user.id, answer.view)
        return became(world, user, 'pushed')
      case 'errors':
        checkErrors(view, answer.errors)
        return showErrors(world, view, answer.errors, false)
      default:
        throw new Refusal('invalid_response_action', { action })
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    tellPerson(world, user, error.code, TROUBLE)
    throw new SlackSays(error.code, `${TROUBLE} The app's answer is wrong: ${JSON.stringify(error.more)}`)
  }
}

function became(world: World, user: User, what: SubmitAnswer['became']): SubmitAnswer {
  const top = modalsOf(world, user.id).at(-1)
  return { became: what, errors: {}, isLocal: false, view: top && modalView(top) }
}

function showErrors(world: World, view: View, errors: Record<string, string>, isLocal: boolean): SubmitAnswer {
  view.errors = { ...errors }
  noteEntry(world, view)
  return { became: 'errors', errors: { ...errors }, isLocal, view: modalView(view) }
}

/** Errors belong under input blocks of this view; Slack rejects any other. */
function checkErrors(view: View, errors: Json): void {
  const inputs = new Set(view.given.blocks.filter((b: Block) => b.type === 'input').map((b: Block) => b.block_id))
  const entries = Object.entries(errors ?? {})
  if (entries.length === 0) throw new Refusal('invalid_errors', { reason: 'no errors were given' })
  for (const [block, text] of entries)
    if (!inputs.has(block) || typeof text !== 'string' || text === '')
      throw new Refusal('invalid_errors', { block, text })
}

/** What Slack's own client finds before it asks the app. */
function localErrors(view: View): Record<string, string> {
  const errors: Record<string, string> = {}
  for (const block of view.given.blocks as Block[]) {
    if (block.type !== 'input') continue
    const { element } = block
    const state = view.values[block.block_id as string]?.[element.action_id]
    const fault = state && faultIn(element, state, block.optional === true)
    if (fault) errors[block.block_id as string] = fault
  }
  return errors
}

function faultIn(element: Json, state: Json, isOptional: boolean): string | undefined {
  if (isEmpty(state)) return isOptional ? undefined : 'Please complete this required field.'
  const { value } = state
  if (typeof value !== 'string') return undefined
  const { min_length = 0, max_length = 3_000 } = element
  if (value.length > max_length) return `Please enter no more than ${max_length} characters.`
  if (value.length < min_length) return `Please enter at least ${min_length} characters.`
  if (element.type === 'email_text_input' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) return 'Enter an email address.'
  if (element.type === 'url_text_input' && !URL.canParse(value)) return 'Enter a valid URL.'
  if (element.type === 'number_input' && Number.isNaN(Number(value))) return 'Enter a number.'
  return undefined
}
