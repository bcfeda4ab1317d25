/** Slack's rich text, as far as the page reads and writes it. */
export interface Style {
  bold?: boolean
  italic?: boolean
  strike?: boolean
  code?: boolean
}

export type Inline =
  | { type: 'text'; text: string; style?: Style }
  | { type: 'link'; url: string; text?: string; style?: Style }
  | { type: 'emoji'; name: string; unicode?: string; style?: Style }
  | { type: 'user'; user_id: string; style?: Style }
  | { type: 'channel'; channel_id: string; style?: Style }
  | { type: 'usergroup'; usergroup_id: string; style?: Style }
  | { type: 'broadcast'; range: string; style?: Style }
  | { type: 'date'; timestamp: number; format: string; fallback: string; url?: string; style?: Style }

export type Rich =
  | { type: 'rich_text_section'; elements: Inline[] }
  | { type: 'rich_text_preformatted'; elements: Inline[] }
  | { type: 'rich_text_quote'; elements: Inline[] }
  | { type: 'rich_text_list'; style: 'bullet' | 'ordered'; indent?: number; elements: Rich[] }

/** Whether anything is there that a reader would see. */
export function isEmptyRich(elements: Rich[]): boolean {
  return elements.every(element =>
    (element.elements as (Rich | Inline)[]).every(part =>
      'elements' in part ? isEmptyRich([part]) : part.type === 'text' && !part.text.trim(),
    ),
  )
}
