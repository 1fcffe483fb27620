import { joinRoom, type Room } from '@whereabouts/client'
import { readVersion, type Version } from '@whereabouts/client/history'
import { RoomProvider } from '@whereabouts/client/yjs'
import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'
import { BASE } from '../base.js'
import { newRoom, type Kind } from '../route.js'

/** Returns a document as a version has it. @throws {Error} if it can't be read */
export async function documentOf(room: Room, { id }: Version): Promise<Doc> {
  const doc = new Doc()
  applyUpdate(doc, await readVersion(room, id))
  return doc
}

/** Returns a copy of a document that may be changed without consequences. */
export function copyOf(original: Doc): Doc {
  const doc = new Doc()
  applyUpdate(doc, encodeStateAsUpdate(original))
  return doc
}

const SAVED_WITHIN_MS = 60_000

/** Puts a document into a room of its own. @returns the room's name @throws {Error} if it can't be saved */
export async function putIntoNewRoom(kind: Kind, version: Doc): Promise<string> {
  const name = newRoom(kind)
  const room = joinRoom({ url: BASE, room: name, watch: true })
  const provider = new RoomProvider(room, copyOf(version), { offline: false })
  try {
    await saved(provider)
    return name
  } finally {
    await provider.destroy()
    await room.leave()
  }
}

function saved(provider: RoomProvider): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('not saved in time')), SAVED_WITHIN_MS)
    const look = () => {
      if (provider.problem !== null) reject(provider.problem)
      else if (!provider.saved) return
      else resolve()
      clearTimeout(timer)
      for (const event of EVENTS) provider.off(event, look)
    }
    for (const event of EVENTS) provider.on(event, look)
    look()
  })
}

const EVENTS = ['saved', 'problem'] as const
