/** What of an element's look matters to what it says. Absent: as around it. */
export interface Look {
  hidden?: true
  tiny?: boolean // letters of no size; unlike `hidden` an element inside may undo it
  bold?: boolean
  italic?: boolean
  strike?: boolean
  keepsBlanks?: boolean
  tight?: true // no space above and below, so that paragraphs are lines
}

/** The look that a `style` attribute asks for. */
export function lookOf(style: string): Look {
  const css = new Map<string, string>()
  for (const declaration of style.slice(0, 4000).toLowerCase().split(';')) {
    const colon = declaration.indexOf(':')
    if (colon > 0)
      css.set(
        declaration.slice(0, colon).trim(),
        declaration
          .slice(colon + 1)
          .replace('!important', '')
          .trim(),
      )
  }
  const weight = css.get('font-weight')
  const slant = css.get('font-style')
  const decoration = css.get('text-decoration') ?? css.get('text-decoration-line')
  const blanks = css.get('white-space')
  const size = css.get('font-size')
  return {
    ...(isHidden(css) && { hidden: true }),
    ...(size !== undefined && { tiny: isZero(size) }),
    ...(weight && { bold: /^(bold|[6-9]00)/.test(weight) }),
    ...(slant && { italic: /^(italic|oblique)/.test(slant) }),
    ...(decoration?.includes('line-through') && { strike: true }),
    ...(blanks && { keepsBlanks: /^(pre|break-spaces)/.test(blanks) }),
    ...(isTight(css) && { tight: true }),
  }
}

function isHidden(css: Map<string, string>): boolean {
  if (css.get('display') === 'none' || /^(hidden|collapse)/.test(css.get('visibility') ?? '')) return true
  if (isZero(css.get('max-height')) || isZero(css.get('opacity'))) return true
  return css.get('overflow') === 'hidden' && (isZero(css.get('height')) || isZero(css.get('width')))
}

function isTight(css: Map<string, string>): boolean {
  const sides = css.get('margin')?.split(/\s+/) ?? []
  const above = css.get('margin-top') ?? sides[0]
  const below = css.get('margin-bottom') ?? sides[2] ?? sides[0]
  return isZero(above) && isZero(below)
}

/** Word writes ".0001pt" where it means nothing. */
function isZero(length: string | undefined): boolean {
  return length !== undefined && Math.abs(Number.parseFloat(length)) < 0.01
}
