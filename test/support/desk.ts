import type { Block, EphemeralView, MessageView, ModalView } from '../../src/sandbox/slack/types.ts'
import type { World } from './world.ts'

/** What is shown, as text in which words are looked for. */
export const wordsOf = (shown: { blocks?: Block[] } | null | undefined) => JSON.stringify(shown?.blocks ?? [])

/** What people see at the desk, waited for until it is there; Ann sees it unless somebody else is named. */
export function atDesk(world: () => World) {
  const until: World['slack']['until'] = (look, ms) => world().slack.until(look, ms)
  return {
    /** Where somebody clicks in #support. */
    place: ({ ts }: { ts: string }) => ({ message: { channel: world().slack.channel('support').id, ts } }),
    cardSays: (card: { ts: string }, text: string) => until(() => wordsOf(world().card(card.ts)).includes(text)),
    /** The message below a card. */
    postWith: (card: { ts: string }, text: string): Promise<MessageView> =>
      until(() =>
        world()
          .thread(card.ts)
          .find(m => wordsOf(m).includes(text)),
      ),
    /** What one person alone is shown. */
    told: (text: string, who = world().ann): Promise<EphemeralView> =>
      until(() => who.ephemerals().find(e => `${e.text} ${wordsOf(e)}`.includes(text))),
    /** The modal of that title, also below others. */
    form: (title: string, who = world().ann): Promise<ModalView> =>
      until(() => who.modals().find(m => m.title === title)),
    /** The modal that says so, also below others. */
    modalSays: (text: string, who = world().ann): Promise<ModalView> =>
      until(() => who.modals().find(m => wordsOf(m).includes(text))),
    /** The modal on top, once its title or words have this. */
    modal: (text: string): Promise<ModalView> =>
      until(() => {
        const top = world().ann.modals().at(-1)
        return top && `${top.title} ${wordsOf(top)}`.includes(text) ? top : undefined
      }),
    /** Presses a button in the modal on top; `value` tells it from others of its kind. */
    press: (actionId: string, value?: string) =>
      world().ann.click({ view: world().ann.modal().id }, actionId, undefined, value === undefined ? {} : { value }),
    mailWith: (text: string) => until(() => world().jane.inbox.find(m => m.text.includes(text))),
  }
}
