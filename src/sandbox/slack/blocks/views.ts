import { limits } from '../limits.ts'
import type { Json } from '../types.ts'
import { faultsInBlocks } from './blocks.ts'
import { anything, bool, faultsOf, object, oneOf, plainText, type Shape, string } from './rules.ts'

const common = {
  type: oneOf('modal', 'home'),
  blocks: anything,
  private_metadata: string(limits.view.privateMetadata),
  callback_id: string(limits.view.callbackId),
  external_id: string(limits.view.externalId),
}

const modal: Shape = {
  needs: ['type', 'title', 'blocks'],
  fields: {
    ...common,
    title: plainText(limits.view.title),
    submit: plainText(limits.view.button),
    close: plainText(limits.view.button),
    clear_on_close: bool,
    notify_on_close: bool,
    submit_disabled: bool,
  },
  also: (view, at, report) => {
    const hasInput = Array.isArray(view.blocks) && view.blocks.some((b: Json) => b?.type === 'input')
    if (hasInput && !view.submit) report('missing required field: submit (a view with an input block needs it)', at)
  },
}

const home: Shape = { needs: ['type', 'blocks'], fields: common }

/** What Slack would say of a view; empty when it takes it. */
export function faultsInView(view: Json, type: 'modal' | 'home'): string[] {
  if (view?.type !== type) return [`[ERROR] value must be one of: ${type} [json-pointer:/view/type]`]
  const faults = faultsOf(object(type === 'modal' ? modal : home), view, '/view')
  return [...faults, ...faultsInBlocks(view.blocks, type, '/view/blocks')]
}
