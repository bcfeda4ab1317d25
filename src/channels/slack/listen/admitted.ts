import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import type { Desk } from '../desk.ts'
import { admit, admitLead } from './show.ts'
import { type Done, onPress, onSubmit, type Pressed } from './showing-problems.ts'
import { metaOf } from './values.ts'

/** Hears presses of those who may act for the team; others are told that they may not. */
export function pressesIn(app: App, desk: Desk) {
  return (id: string | RegExp, work: (pressed: Pressed) => Promise<unknown>): void =>
    app.action<BlockAction>(
      id,
      onPress(desk, async pressed => {
        await admit(desk, pressed.user)
        await work(pressed)
      }),
    )
}

/** Saves forms of a team's set-up, whose meta names the team, for those who lead it; others are told whom to ask. */
export function teamFormsIn(app: App, desk: Desk) {
  return (id: string, save: (body: ViewSubmitAction) => Promise<Done>): void =>
    app.view<ViewSubmitAction>(
      id,
      onSubmit(desk, async body => {
        await admitLead(desk, body.user.id, metaOf<{ teamId: string | null }>(body.view).teamId ?? undefined)
        return save(body)
      }),
    )
}
