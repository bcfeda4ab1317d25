import type { ModalView } from '@slack/types'
import { DEEDS, type Deed, type Reactions } from '../../../../core/reactions.ts'
import { cut, field, limits, modal, oneLine, plain, words } from '../blocks.ts'
import { ids } from '../ids.ts'

export interface ReactionsMeta {
  teamId: string
}

const deedWords: Record<Deed, string> = {
  take: 'On the card: take the ticket',
  close: 'On the card: close it',
  reopen: 'On the card: open it again',
  urgent: 'On the card: it is urgent',
  note: 'On a message of ours in the thread: keep it as a note',
}

/** By which emoji a team's tickets are worked on. Fields are called as the deeds are. */
export function reactionsForm(team: { id: string; name: string }, reactions: Reactions): ModalView {
  return modal({
    id: ids.forms.reactions,
    title: 'Emoji of the team',
    submit: 'Save',
    meta: { teamId: team.id } satisfies ReactionsMeta,
    blocks: [
      words(
        `What an emoji does in ${cut(oneLine(team.name), 100)}. An empty one does nothing; taking an emoji off again does nothing either.`,
      ),
      ...DEEDS.map(deed =>
        field(
          deed,
          deedWords[deed],
          {
            type: 'plain_text_input',
            max_length: 102,
            placeholder: plain(':eyes:', limits.placeholder),
            ...(reactions[deed] && { initial_value: `:${reactions[deed]}:` }),
          },
          {
            optional: true,
            ...(deed === 'note' && { hint: 'One that is held is taken back. What the customer has stays with them.' }),
          },
        ),
      ),
    ],
  })
}
