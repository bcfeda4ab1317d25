import type { ReactNode } from 'react'
import type { ElementLook } from '../blocks/surface.ts'
import { LibraryBlocks } from '../blocks/Text.tsx'
import { Button } from './Button.tsx'
import { Choices } from './Choices.tsx'
import { DateInput } from './DateInput.tsx'
import { FileInput } from './FileInput.tsx'
import { Overflow } from './Overflow.tsx'
import { RichInput } from './RichInput.tsx'
import { Select } from './Select.tsx'
import { TextInput } from './TextInput.tsx'

/** Any element of Block Kit that one can act on; the library draws what only shows something. */
export function ElementOf(look: ElementLook): ReactNode {
  const { type } = look.element
  if (type === 'button' || type === 'workflow_button') return <Button {...look} />
  if (type.endsWith('_select')) return <Select {...look} />
  if (type === 'radio_buttons' || type === 'checkboxes') return <Choices {...look} />
  if (type === 'overflow') return <Overflow {...look} />
  if (type === 'rich_text_input') return <RichInput {...look} />
  if (type === 'file_input') return <FileInput {...look} />
  if (type === 'datepicker' || type === 'timepicker' || type === 'datetimepicker') return <DateInput {...look} />
  if (/_input$/.test(type)) return <TextInput {...look} />
  if (type === 'image')
    return <img className="block-image" src={look.element.image_url} alt={look.element.alt_text ?? ''} />
  return <LibraryBlocks blocks={[{ type: 'actions', elements: [look.element] }]} />
}
