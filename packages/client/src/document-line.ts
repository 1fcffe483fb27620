import type { Json } from '@whereabouts/protocol'
import type { Parameters } from './calls.js'

/** Who is told what comes of a room's document. */
export interface DocumentListener {
  /** The room's events come again; with them what was missed, if they are resumed. */
  opened(isResumed: boolean): void
  /** Events come, and what was missed came before: `opened` alone doesn't say so. Told again and again. */
  heard(): void
  /** An update, in base64. */
  updated(update: string): void
  /** What is missing doesn't come with the events, and is to be fetched. @see PROTOCOL.md DO4 */
  outdated(): void
}

/** What a room has for those who keep its document, and for nobody else. */
export interface DocumentLine {
  /** Where the room is, for what is kept under its name. */
  readonly address: string
  /** Where the room's events have got to; `null` before the first one. */
  position(): string | null
  /** How long the JSON text of a location may be, if the server has said it. */
  maxLocationBytes(): number | undefined
  /** Asks for what comes of the document; returns how to stop that. */
  listen(listener: DocumentListener): () => void
  /** Makes a call of the room. Rejects with the server's `Problem` if it gives one. */
  request(call: string, parameters: Parameters, init: RequestInit): Promise<Response>
  /**
   * From now on posts locations as `adorn` makes them of what the application says, `null` until it
   * has said anything. Called again, posts anew. Returns how to end that.
   */
  adorn(adorn: Adorn): () => void
}

/** Makes the location that is posted of the one that the application said. */
export type Adorn = (location: Json) => Json

const lines = new WeakMap<object, DocumentLine>()

/** Gives a room its line. */
export function holdLine(room: object, line: DocumentLine): void {
  lines.set(room, line)
}

/** @throws {TypeError} if the room doesn't come from `joinRoom` of this package. */
export function lineOf(room: object): DocumentLine {
  const line = lines.get(room)
  if (line === undefined) throw new TypeError('pass a room from joinRoom()')
  return line
}
