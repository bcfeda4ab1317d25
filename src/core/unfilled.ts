/** Somebody for whom a template cannot be filled in; the message is a finished sentence. */
export class Unfilled extends Error {
  override name = 'Unfilled'
}
