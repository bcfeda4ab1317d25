import type { ReactNode } from 'react'

const COLORS = ['#2d6a7d', '#7a4a8c', '#9a5b3c', '#3d7a57', '#8c3f5e', '#4b5c9e', '#6d6a2f', '#35708f']

/** Initials on a colour that belongs to the name. */
export function Avatar({ name, color, size = 36, isRound = false, symbol }: AvatarLook): ReactNode {
  const style = {
    width: size,
    height: size,
    fontSize: size * (symbol ? 0.56 : 0.4),
    background: symbol ? '#eceaee' : (color ?? colorOf(name)),
    borderRadius: isRound ? '50%' : Math.round(size / 5),
  }
  return (
    <span className="avatar" style={style} aria-hidden="true">
      {symbol ?? initialsOf(name)}
    </span>
  )
}

interface AvatarLook {
  name: string
  color?: string | undefined
  size?: number
  isRound?: boolean
  symbol?: string | undefined
}

function initialsOf(name: string): string {
  const words = name
    .replace(/\(.*\)/, '')
    .split(/[\s@._-]+/)
    .filter(Boolean)
  return words
    .slice(0, 2)
    .map(word => word[0]?.toUpperCase())
    .join('')
}

function colorOf(name: string): string {
  let sum = 0
  for (const letter of name) sum = (sum * 31 + letter.charCodeAt(0)) % 9973
  return COLORS[sum % COLORS.length] ?? '#555'
}
