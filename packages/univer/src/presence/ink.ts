/** Returns white or near-black, whichever is readable on the color. */
export function inkOn(color: string): '#fff' | '#111827' {
  const channel = (at: number) => (Number.parseInt(color.slice(at, at + 2), 16) / 255) ** 2.2
  const luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
  return luminance > 0.36 ? '#111827' : '#fff'
}
