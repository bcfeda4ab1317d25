import { parse } from 'yaml'
import type { CommandView, Json, ShortcutView } from './types.ts'

/** What our manifest asks of Slack, which is all that this Slack gives. */
export interface Manifest {
  name: string
  botName: string
  scopes: ReadonlySet<string>
  events: ReadonlySet<string>
  commands: (CommandView & { shouldEscape: boolean })[]
  shortcuts: ShortcutView[]
  /** Links to these, and to what is below them, are told to the app. */
  unfurlDomains: string[]
  /** Steps of workflows by callback id. */
  functions: ReadonlyMap<string, StepSeed>
  hasHome: boolean
  hasMessagesTab: boolean
  isInteractive: boolean
  hasSocketMode: boolean
}

/** What a step takes and gives. */
export interface StepSeed {
  title: string
  inputs: Parameter[]
  outputs: Parameter[]
}

export interface Parameter {
  name: string
  type: string
  isRequired: boolean
}

/** Reads manifest.yml (or its JSON); throws when it is not a manifest at all. */
export function readManifest(text: string): Manifest {
  const { display_information, features = {}, functions = {}, oauth_config, settings = {} } = parse(text) as Json
  if (!display_information?.name) throw new Error('The manifest has no display_information.name.')
  return {
    name: display_information.name,
    botName: features.bot_user?.display_name ?? display_information.name,
    scopes: new Set(oauth_config?.scopes?.bot),
    events: new Set(settings.event_subscriptions?.bot_events),
    commands: (features.slash_commands ?? []).map(readCommand),
    shortcuts: (features.shortcuts ?? []).map(readShortcut),
    unfurlDomains: features.unfurl_domains ?? [],
    functions: new Map(Object.entries(functions as Record<string, Json>).map(([id, f]) => [id, readFunction(f)])),
    hasHome: features.app_home?.home_tab_enabled === true,
    hasMessagesTab: features.app_home?.messages_tab_enabled === true,
    isInteractive: settings.interactivity?.is_enabled === true,
    hasSocketMode: settings.socket_mode_enabled === true,
  }
}

function readFunction({ title, input_parameters = {}, output_parameters = {} }: Json): StepSeed {
  return { title, inputs: readParameters(input_parameters), outputs: readParameters(output_parameters) }
}

function readParameters(given: Json): Parameter[] {
  return Object.entries(given as Record<string, Json>).map(([name, p]) => ({
    name,
    type: p.type,
    isRequired: p.is_required === true,
  }))
}

function readCommand({ command, description, usage_hint = '', should_escape = false }: Json): Manifest['commands'][0] {
  return { command, description, usageHint: usage_hint, shouldEscape: should_escape }
}

function readShortcut({ name, description, type, callback_id }: Json): ShortcutView {
  return { name, description, type, callbackId: callback_id }
}
