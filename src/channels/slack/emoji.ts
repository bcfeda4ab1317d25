/** The character that Slack writes as hexadecimal code points ("1f389-fe0f"), or undefined if that names none. */
export function characterOf(hex: string | undefined): string | undefined {
  if (!hex || !/^[0-9a-f]{1,6}(-[0-9a-f]{1,6})*$/i.test(hex)) return undefined
  const points = hex.split('-').map(point => Number.parseInt(point, 16))
  if (points.some(point => point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff) || point < 0x20)) return undefined
  return String.fromCodePoint(...points)
}

/** The way back. */
export function hexOf(character: string): string {
  return [...character].map(char => char.codePointAt(0)!.toString(16)).join('-')
}
