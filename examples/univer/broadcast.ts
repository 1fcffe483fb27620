import type { PlaceLocation, WorkbookMember, WorkbookRoom } from '@whereabouts/univer'
import { applyUpdate, encodeStateAsUpdate, type Doc } from 'yjs'

const ANSWER_WITHIN_MS = 200

/**
 * Synchronizes a document between all windows of this browser, like any Yjs provider.
 * Resolves when another window has sent its document, or after a while without an answer.
 */
export async function shareByBroadcast(doc: Doc, name: string): Promise<void> {
  const channel = new BroadcastChannel(`document:${name}`)
  doc.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin !== channel) channel.postMessage(update)
  })
  await new Promise<void>((resolve) => {
    channel.addEventListener('message', ({ data }: MessageEvent<Uint8Array | 'hello'>) => {
      if (data === 'hello') {
        channel.postMessage(encodeStateAsUpdate(doc))
      } else {
        applyUpdate(doc, data, channel)
        resolve()
      }
    })
    channel.postMessage('hello')
    setTimeout(resolve, ANSWER_WITHIN_MS)
  })
}

type Said = { readonly member: WorkbookMember } | { readonly left: string } | 'hello'

/** Shares the members and their locations between the windows of this browser. */
export class BroadcastRoom implements WorkbookRoom {
  readonly #channel: BroadcastChannel
  readonly #listeners = new Set<() => void>()
  readonly #members = new Map<string, WorkbookMember>()
  readonly #self = crypto.randomUUID()

  constructor(name: string, user: WorkbookMember['user']) {
    this.#channel = new BroadcastChannel(`room:${name}`)
    this.#channel.addEventListener('message', ({ data }: MessageEvent<Said>) => this.#hear(data))
    addEventListener('pagehide', () => this.#channel.postMessage({ left: this.#self }))
    this.#say({ id: this.#self, user, location: null, status: 'online' })
    this.#channel.postMessage('hello')
  }

  getSnapshot(): ReturnType<WorkbookRoom['getSnapshot']> {
    return { self: this.#self, members: [...this.#members.values()] }
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  move(location: PlaceLocation): void {
    this.#say({ ...this.#members.get(this.#self)!, location })
  }

  #say(member: WorkbookMember): void {
    this.#members.set(member.id, member)
    this.#channel.postMessage({ member })
    this.#tell()
  }

  #hear(said: Said): void {
    if (said === 'hello') this.#channel.postMessage({ member: this.#members.get(this.#self) })
    else if ('left' in said) this.#members.delete(said.left)
    else this.#members.set(said.member.id, said.member)
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
