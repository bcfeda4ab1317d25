import type { BounceClass } from '../../../../core/arrival.ts'

/** What a mail system's words mean. */
export interface Meaning {
  class: BounceClass
  hard: boolean // the address will never work
  permanent?: boolean // only where the words alone decide it
}

/** A meaning and how systems say it. */
export interface Words extends Meaning {
  name: string
  says: RegExp // on one line
}

/** Any of these, in any case. */
export function any(...words: string[]): RegExp {
  return new RegExp(words.join('|'), 'iu')
}
