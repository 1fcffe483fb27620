import type { Chance } from '@whereabouts/univer/document'

/** Returns random numbers that are the same for the same text (FNV-1a, mulberry32). */
export function makeSeeded(text: string): Chance {
  let state = 0x811c9dc5
  let other = 0x9e3779b9
  for (let at = 0; at < text.length; at++) {
    state = Math.imul(state ^ text.charCodeAt(at), 0x01000193)
    other = Math.imul(other ^ text.charCodeAt(at), 0x85ebca6b)
  }
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    other = Math.imul(other ^ (other >>> 15), 0x2c1b3c6d) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (((mixed ^ (mixed >>> 14)) >>> 5) * 2 ** 26 + ((other ^ mixed) >>> 6)) / 2 ** 53
  }
}
