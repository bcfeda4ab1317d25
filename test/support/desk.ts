import type { Block, MessageView, ModalView } from '../../src/sandbox/slack/types.ts'
import type { World } from './world.ts'

/** All that a view or a message says, as one text. */
export function wordsOf(shown: { blocks?: Block[] } | null | undefined): string {
  return JSON.stringify(shown?.blocks ?? [])
}

/** What Ann sees and presses at the desk. */
export function atDesk(world: () => World) {
  return {
    /** Her topmost view, once its title or blocks say this. */
    modal: (text: string): Promise<ModalView> =>
      world().slack.until(() => {
        const top = world().ann.modals().at(-1)
        return top && `${top.title} ${wordsOf(top)}`.includes(text) ? top : undefined
      }),
    /** Presses a button of her topmost view. */
    press: (actionId: string, value?: string) =>
      world().ann.click({ view: world().ann.modal().id }, actionId, undefined, value === undefined ? {} : { value }),
    /** Resolves once the card says this. */
    cardSays: (card: MessageView, text: string) =>
      world().slack.until(() => wordsOf(world().card(card.ts)).includes(text)),
  }
}
