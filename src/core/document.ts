/**
 * The text of a message, independent of any channel. Each channel translates its own format into a Document and back;
 * what the Document cannot say does not travel. It is stored as JSON beside its plain text.
 */
export type Document = Block[]

export type Block =
  | { type: 'paragraph'; content: Inline[] }
  | { type: 'heading'; level: 1 | 2 | 3; content: Inline[] }
  | { type: 'list'; ordered: boolean; start?: number; items: Block[][] } // an item is blocks, so lists nest
  | { type: 'quote'; content: Block[] }
  | { type: 'code'; text: string }
  | { type: 'rule' }

export interface Marks {
  bold?: true
  italic?: true
  strike?: true
  code?: true
}

export type Inline =
  | ({ type: 'text'; text: string } & Marks)
  | ({ type: 'link'; url: string; text: string } & Marks) // http, https, mailto or tel only
  | { type: 'emoji'; name: string; unicode?: string } // name without colons; unicode absent for a workspace's own emoji
  | { type: 'mention'; name: string } // a person or group by the name that people see, never an id
  | { type: 'break' }

/** A document that says just this text: a blank line begins a paragraph, a single newline is a break. */
export function fromText(text: string): Document {
  return text
    .replace(/\r\n?/g, '\n')
    .split(/\n{2,}/)
    .map(part => part.replace(/^\n+|\n+$/g, ''))
    .filter(part => part !== '')
    .map(part => ({ type: 'paragraph', content: withBreaks(part) }))
}

function withBreaks(text: string): Inline[] {
  return text
    .split('\n')
    .flatMap((line, i): Inline[] => [
      ...(i ? [{ type: 'break' } as const] : []),
      ...(line ? [{ type: 'text' as const, text: line }] : []),
    ])
}
