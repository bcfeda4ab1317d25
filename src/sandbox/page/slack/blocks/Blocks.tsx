import { type ReactNode, useId } from 'react'
import type { Block, Json } from '../../../slack/types.ts'
import { ElementOf } from '../elements/ElementOf.tsx'
import { type Element, useSurface } from './surface.ts'
import { LibraryBlocks, Mrkdwn, Plain, TextObject } from './Text.tsx'

/** Blocks in order. Those that one can act on are drawn here, all others by the library. */
export function Blocks({ blocks }: { blocks: Block[] }): ReactNode {
  return (
    <div className="blocks">
      {blocks.map((block, index) => (
        <OneBlock key={block.block_id ?? index} block={block} />
      ))}
    </div>
  )
}

function OneBlock({ block }: { block: Block }): ReactNode {
  switch (block.type) {
    case 'section':
      return <Section block={block} />
    case 'context':
      return <Context block={block} />
    case 'actions':
      return <Actions block={block} />
    case 'input':
      return <Input block={block} />
    case 'header':
      return (
        <h3 className="block-header">
          <Plain text={block.text?.text ?? ''} emoji={block.text?.emoji} />
        </h3>
      )
    case 'divider':
      return <hr className="block-divider" />
    default:
      return <LibraryBlocks blocks={[block]} />
  }
}

function Section({ block }: { block: Block }): ReactNode {
  const { text, fields, accessory } = block
  return (
    <div className="block-section">
      <div className="block-section-text">
        {text && <TextObject text={text} />}
        {fields && (
          <div className="block-fields">
            {fields.map((field: Json, index: number) => (
              <div key={index}>
                <TextObject text={field} />
              </div>
            ))}
          </div>
        )}
      </div>
      {accessory && (
        <div className="block-accessory">
          <ElementOf block={block} element={accessory} label={labelOf(accessory, text?.text)} />
        </div>
      )}
    </div>
  )
}

function Context({ block }: { block: Block }): ReactNode {
  return (
    <div className="block-context">
      {(block.elements ?? []).map((element: Json, index: number) => (
        <span key={index}>
          {element.type === 'image' ? (
            <LibraryBlocks blocks={[{ type: 'context', elements: [element] }]} />
          ) : element.type === 'mrkdwn' ? (
            <Mrkdwn text={element.text} />
          ) : (
            <Plain text={element.text} emoji={element.emoji} />
          )}
        </span>
      ))}
    </div>
  )
}

function Actions({ block }: { block: Block }): ReactNode {
  return (
    <div className="block-actions">
      {(block.elements ?? []).map((element: Element) => (
        <ElementOf
          key={`${element.action_id}/${element.value ?? ''}`}
          block={block}
          element={element}
          label={labelOf(element)}
        />
      ))}
    </div>
  )
}

function Input({ block }: { block: Block }): ReactNode {
  const { errorOf } = useSurface()
  const id = useId()
  const label = block.label?.text ?? ''
  const error = errorOf(block)
  const described = error ? `${id}-error` : block.hint ? `${id}-hint` : undefined
  return (
    <div className={`block-input ${error ? 'is-invalid' : ''}`}>
      <div className="field-label">
        <Plain text={label} />
        {block.optional && <small> (optional)</small>}
      </div>
      <ElementOf
        block={block}
        element={block.element}
        label={label}
        describedBy={described}
        isInvalid={Boolean(error)}
      />
      {error && (
        <div className="field-error" id={`${id}-error`} role="alert">
          {error}
        </div>
      )}
      {block.hint && (
        <div className="field-hint" id={`${id}-hint`}>
          <Plain text={block.hint.text} />
        </div>
      )}
    </div>
  )
}

function labelOf(element: Json, text?: string): string {
  const own = element.accessibility_label ?? element.text?.text ?? element.placeholder?.text
  return own ?? text?.replace(/[*_~`]/g, '').split('\n')[0] ?? element.type
}
