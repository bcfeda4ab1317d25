import { type KeyboardEvent, type ReactNode, useCallback, useId, useRef, useState } from 'react'
import type { EntryRequest, Option } from '../../../slack/types.ts'
import { Icon } from '../../parts/Icon.tsx'
import { IconButton } from '../../parts/IconButton.tsx'
import { Popover } from '../../parts/Popover.tsx'
import { type ElementLook, useSurface } from '../blocks/surface.ts'
import { Plain } from '../blocks/Text.tsx'
import { useSlack } from '../useSlack.tsx'
import { chosenOf, type Offer, sourceOf } from './options.ts'
import { useHeld } from './useHeld.ts'
import { useOffers } from './useOffers.ts'

/** Every kind of select, for one and for many: a field to search in, and a list below it. */
export function Select(look: ElementLook): ReactNode {
  const { block, element, label } = look
  const { held, act } = useSurface()
  const { now, confirm } = useSlack()
  const isMany = element.type.startsWith('multi_')
  const [chosen, hold] = useHeld(chosenOf(held(block, element), element, now))
  const [query, setQuery] = useState<string>()
  const [at, setAt] = useState(0)
  const isOpen = query !== undefined
  const { offers, isAsking, advice } = useOffers(block, element, query)
  const frame = useRef<HTMLDivElement>(null)
  const id = useId()
  const close = useCallback(() => setQuery(undefined), [])

  async function choose(next: Offer[]): Promise<void> {
    if (element.confirm && !(await confirm(element.confirm))) return
    hold(next)
    await act(block, element, entryOf(next, isMany))
  }

  function pick(offer: Offer | undefined): void {
    if (!offer) return
    const rest = chosen.filter(other => other.value !== offer.value)
    if (isMany) setQuery('')
    else close()
    void choose(!isMany ? [offer] : rest.length < chosen.length ? rest : [...chosen, offer])
  }

  function press(event: KeyboardEvent): void {
    if (!isOpen && ['ArrowDown', 'ArrowUp', 'Enter'].includes(event.key)) {
      event.preventDefault()
      setQuery('')
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setAt((at + (event.key === 'ArrowDown' ? 1 : -1) + offers.length) % Math.max(1, offers.length))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      pick(offers[at])
    } else if (event.key === 'Backspace' && isMany && !query && chosen.length) {
      void choose(chosen.slice(0, -1))
    } else if (event.key === 'Tab') close()
  }

  const isClearable = !isMany && block.type === 'input' && block.optional && chosen.length > 0
  return (
    <div className={`select ${block.type === 'input' ? '' : 'is-compact'}`} ref={frame}>
      {isMany &&
        chosen.map(offer => (
          <span className="select-chip" key={offer.value}>
            <Plain text={offer.label} />
            <IconButton
              icon="close"
              size={12}
              label={`Remove ${offer.label}`}
              onClick={() => void choose(chosen.filter(other => other !== offer))}
            />
          </span>
        ))}
      <input
        role="combobox"
        aria-label={label}
        aria-describedby={look.describedBy}
        aria-invalid={look.isInvalid ?? false}
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && offers[at] ? `${id}-${at}` : undefined}
        autoComplete="off"
        placeholder={(isMany ? '' : chosen[0]?.label) || (element.placeholder?.text ?? 'Choose an option')}
        value={query ?? (isMany ? '' : (chosen[0]?.label ?? ''))}
        onMouseDown={() => isOpen || setQuery('')}
        onChange={event => {
          setQuery(event.target.value)
          setAt(0)
        }}
        onKeyDown={press}
        onBlur={close}
      />
      {isClearable ? (
        <IconButton icon="close" size={14} label={`Clear ${label}`} onClick={() => void choose([])} />
      ) : (
        <Icon name="down" size={16} />
      )}
      {isOpen && (
        <Popover anchor={frame} onClose={close} isFitted>
          <Offers
            id={id}
            label={label}
            offers={offers}
            chosen={chosen}
            at={at}
            advice={
              advice ?? (isAsking ? 'Searching…' : sourceOf(element) === 'external' ? 'Nothing found' : 'No match')
            }
            onPick={pick}
          />
        </Popover>
      )}
    </div>
  )
}

interface OffersLook {
  id: string
  label: string
  offers: Offer[]
  chosen: Offer[]
  at: number
  /** Said when there is nothing to choose. */
  advice: string
  onPick(offer: Offer): void
}

function Offers({ id, label, offers, chosen, at, advice, onPick }: OffersLook): ReactNode {
  return (
    <div className="listbox" role="listbox" id={`${id}-list`} aria-label={label}>
      {offers.length === 0 && <div className="listbox-note">{advice}</div>}
      {offers.map((offer, index) => (
        <div key={`${offer.group}/${offer.value}`}>
          {offer.group && offer.group !== offers[index - 1]?.group && (
            <div className="listbox-group">{offer.group}</div>
          )}
          {/* biome-ignore lint/a11y/useFocusableInteractive: the combobox keeps the focus */}
          <div
            role="option"
            id={`${id}-${index}`}
            aria-selected={chosen.some(other => other.value === offer.value)}
            className={index === at ? 'is-active' : ''}
            // the field keeps the focus, or its blur would close the list before the click counts
            onMouseDown={event => {
              event.preventDefault()
              onPick(offer)
            }}
          >
            <span>
              <Plain text={offer.label} />
              {offer.description && <small>{offer.description}</small>}
            </span>
            {chosen.some(other => other.value === offer.value) && <Icon name="check" size={16} />}
          </div>
        </div>
      ))}
    </div>
  )
}

function entryOf(offers: Offer[], isMany: boolean): EntryRequest {
  const picks = offers.map(offer => offer.pick)
  if (!isMany) return picks[0] ?? null
  return picks.every(pick => typeof pick === 'string') ? picks : (picks as Option[])
}
