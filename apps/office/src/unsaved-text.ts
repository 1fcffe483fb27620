import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'
import { BASE } from './base.js'
import { plainText } from './plain-text.js'
import type { Kind } from './route.js'

/** What the server lacks of a document, as plain text. */
export interface UnsavedText {
  readonly text: string
  /** Whether it is the whole text, because the server didn't say what it has. */
  readonly isAll: boolean
}

/** Compares a document with the server's. @see OFFICE.md OF19, OF20 */
export async function readUnsaved(doc: Doc, kind: Kind, room: string): Promise<UnsavedText> {
  const own = plainText(copyOf(encodeStateAsUpdate(doc)), kind)
  const servers = await fetchDocument(room)
  if (servers === undefined) return { text: own, isAll: true }
  return { text: linesBeyond(own, plainText(copyOf(servers), kind)), isAll: false }
}

/** Returns the lines of a text, without those that another one has as well. */
export function linesBeyond(text: string, other: string): string {
  const left = new Map<string, number>()
  for (const line of other.split('\n')) left.set(line, (left.get(line) ?? 0) + 1)
  const isBeyond = (line: string): boolean => {
    const count = left.get(line) ?? 0
    left.set(line, count - 1)
    return count <= 0
  }
  return text.split('\n').filter(isBeyond).join('\n')
}

/** A document of its own: reading one may bring it into order. */
function copyOf(update: Uint8Array): Doc {
  const copy = new Doc()
  applyUpdate(copy, update)
  return copy
}

/** Returns `undefined` if the server doesn't answer with it, such as after the session has ended. */
async function fetchDocument(room: string): Promise<Uint8Array | undefined> {
  try {
    const response = await fetch(`${BASE}rooms/${room}/document`, { cache: 'no-store' })
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined
  } catch {
    return undefined
  }
}
