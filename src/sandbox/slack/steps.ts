import { randomBytes } from 'node:crypto'
import { publish } from './events.ts'
import { uniqueId } from './ids.ts'
import type { Parameter } from './manifest.ts'
import type { Json, StepRunView } from './types.ts'
import { SlackSays, type StepRun, type World } from './world.ts'

/** Runs a step of the app as Workflow Builder does; throws when it has none of this name, or its inputs are not right. */
export function runStep(world: World, callbackId: string, inputs: Json): StepRunView {
  const step = world.manifest.functions.get(callbackId)
  if (!step) throw new SlackSays('no_such_function', `The app has no step ${callbackId}.`)
  const faults = faultsIn(step.inputs, inputs)
  if (faults.length) throw new SlackSays('parameter_validation_failed', faults.join(' '))
  const run: StepRun = {
    id: uniqueId('Fx0'),
    callbackId,
    token: `xwfp-${randomBytes(24).toString('hex')}`,
    state: 'running',
    outputs: undefined,
    error: undefined,
  }
  world.stepRuns.set(run.id, run)
  publish(world, {
    type: 'function_executed',
    function: {
      id: `Fn${callbackId.length}${world.app.id.slice(1)}`,
      callback_id: callbackId,
      title: step.title,
      description: '',
      type: 'app',
      input_parameters: step.inputs.map(describe),
      output_parameters: step.outputs.map(describe),
      app_id: world.app.id,
      date_updated: 0,
    },
    inputs,
    function_execution_id: run.id,
    workflow_execution_id: uniqueId('Wx0'),
    bot_access_token: run.token,
  })
  return viewOf(run)
}

function describe({ name, type, isRequired }: Parameter): Json {
  return { name, type, title: name, description: '', is_required: isRequired }
}

export function viewOf({ id, callbackId, state, outputs, error }: StepRun): StepRunView {
  return { id, callbackId, state, outputs, error }
}

/** What is wrong with values for these parameters: one is missing, not known, or of another type. */
export function faultsIn(parameters: Parameter[], values: Json): string[] {
  const unknown = Object.keys(values ?? {}).filter(name => !parameters.some(p => p.name === name))
  const missing = parameters.filter(p => p.isRequired && isEmpty(values?.[p.name]))
  const wrong = parameters.filter(p => !isEmpty(values?.[p.name]) && !isOf(p.type, values[p.name]))
  return [
    ...unknown.map(name => `${name} is not a parameter.`),
    ...missing.map(p => `${p.name} is required.`),
    ...wrong.map(p => `${p.name} must be of type ${p.type}.`),
  ]
}

function isEmpty(value: Json): boolean {
  return value === undefined || value === null || value === ''
}

function isOf(type: string, value: Json): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value)
    case 'number':
      return typeof value === 'number'
    case 'boolean':
      return typeof value === 'boolean'
    case 'string':
      return typeof value === 'string'
    case 'slack#/types/user_id':
      return typeof value === 'string' && /^[UW][A-Z0-9]+$/.test(value)
    case 'slack#/types/rich_text':
      return typeof value === 'object' // a rich_text block, or a list of them
    default:
      return true
  }
}
