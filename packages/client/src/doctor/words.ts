import type { Way } from '../attempted.js'
import type { Fault } from './fate.js'

const WAY_TEXTS: { readonly [way in Way]: string } = {
  stream: 'the stream',
  'post-stream': 'the stream as the answer to a POST',
  'long-poll': 'the long-poll',
}

/** Returns what a way is called in a sentence. */
export function wayText(way: Way): string {
  return WAY_TEXTS[way]
}

/** Says what a fault is, after "it is". */
export function faultText(fault: Fault): string {
  switch (fault.kind) {
    case 'held':
      if (fault.bytes === 0) return `held back: nothing came in ${seconds(fault.forMs)}`
      return `held back: after ${size(fault.bytes)} nothing came in ${seconds(fault.forMs)}`
    case 'lumped':
      return `lumped: events come together ${lumpText(fault)}, up to ${seconds(fault.lateMs)} late`
    case 'late':
      return `${fault.lateMs} ms late`
    case 'cut':
      return `cut after ${seconds(fault.afterMs)}, ${seconds(fault.silentMs)} after the last event`
    case 'silent':
      return `open, but nothing came in ${seconds(fault.forMs)}`
    case 'refused':
      return refusedText(fault)
    case 'changed':
      return `changed: ${fault.events} events aren’t what was posted`
  }
}

function lumpText({ by, everyMs, bytes }: Extract<Fault, { kind: 'lumped' }>): string {
  if (by === 'time') return `every ${seconds(everyMs)}`
  if (by === 'size') return `after each ${size(bytes)}`
  return `every ${seconds(everyMs)} or after each ${size(bytes)}`
}

function refusedText({ status, type }: Extract<Fault, { kind: 'refused' }>): string {
  if (status === undefined) return 'broken before it is answered'
  if (status === 0) return 'answered with a redirect'
  return `answered with ${status} and ${type ?? 'no type'}`
}

/** @example seconds(2040) // '2 s' */
export function seconds(ms: number): string {
  const rounded = ms < 10_000 ? Math.round(ms / 100) / 10 : Math.round(ms / 1_000)
  return `${rounded} s`
}

function size(bytes: number): string {
  return bytes < 1_024 ? `${bytes} bytes` : `${Math.round(bytes / 102.4) / 10} KiB`
}
