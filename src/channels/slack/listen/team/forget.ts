import type { App, BlockAction } from '@slack/bolt'
import type { KnownBlock } from '@slack/types'
import { beginForgetting, forgetOutlook } from '../../../../core/erase/begin.ts'
import { refuseUnlessLead } from '../../../../core/permissions/roles.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import { forgetPrompt } from '../../views/team/forget.ts'
import { said } from '../../views/tickets/prompts.ts'
import { onPress } from '../showing-problems.ts'

/** Forgetting a customer for good, once somebody has seen what that takes away. */
export function listenToForgetting(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.forget,
    onPress(desk, async ({ user, value, respond }) => {
      const agent = await desk.people.agent(user)
      await desk.store.write(tx => beginForgetting(tx, value, agent))
      const text =
        'They are being forgotten, and nothing is sent to them any more. You are told here, alone, once it is done.'
      await respond({ replace_original: true, ...said(text) })
    }),
  )
}

/** `/outreach forget jane@acme.test`: what is known of her, and the button. */
export async function askToForget(
  desk: Desk,
  user: string,
  typed: string,
): Promise<{ text: string; blocks: KnownBlock[] }> {
  const agent = await desk.people.agent(user)
  const address = typed.replace(/^<mailto:([^|>]+).*>$/, '$1')
  if (!address) throw new Problem('invalid', 'Say whom, such as /outreach forget jane@acme.test.')
  return desk.store.read(async q => {
    await refuseUnlessLead(q, agent.id)
    return forgetPrompt(await forgetOutlook(q, address))
  })
}
