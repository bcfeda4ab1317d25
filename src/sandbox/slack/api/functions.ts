import { faultsIn } from '../steps.ts'
import type { Json } from '../types.ts'
import { Refusal, type StepRun, type World } from '../world.ts'
import type { Args } from './args.ts'
import type { Methods } from './method.ts'

export const functions: Methods = {
  'functions.completeSuccess': {
    tier: 3,
    isForSteps: true,
    needs: ['function_execution_id', 'outputs'],
    call(world, args) {
      const run = runOf(world, args)
      const outputs = args.json('outputs')
      const faults = faultsIn(world.manifest.functions.get(run.callbackId)?.outputs ?? [], outputs)
      if (faults.length) throw new Refusal('parameter_validation_failed', { response_metadata: { messages: faults } })
      return end(run, { state: 'completed', outputs })
    },
  },
  'functions.completeError': {
    tier: 3,
    isForSteps: true,
    needs: ['function_execution_id', 'error'],
    call: (world, args) => end(runOf(world, args), { state: 'failed', error: args.text('error') }),
  },
}

function runOf(world: World, args: Args): StepRun {
  const run = world.stepRuns.get(args.text('function_execution_id') ?? '')
  if (!run) throw new Refusal('function_execution_not_found')
  if (run.state !== 'running') throw new Refusal('execution_not_in_running_state')
  return run
}

function end(run: StepRun, to: Partial<StepRun>): Json {
  Object.assign(run, to)
  return {}
}
