import type { Json, Member } from '@whereabouts/protocol'
import { Doc, encodeStateAsUpdate } from 'yjs'
import { RecordingWriter } from './format.js'

/** Returns a member. */
export function memberNamed(id: string, location: Json = null): Member {
  return { id, user: { id, name: id, color: '#e11d48' }, location, status: 'online' }
}

/** A room and a document of which everything is recorded, a second after the other. */
export class RecordedRoom {
  readonly writer = new RecordingWriter({ room: 'budget', startedAtMs: 1_764_460_800_000 })
  readonly doc = new Doc()
  #atMs = 0
  #version = 1

  /** @param doc changes the document before the recording begins */
  constructor(doc: (doc: Doc) => void = () => undefined) {
    doc(this.doc)
    this.add('snapshot', { members: [memberNamed('ann', 'A1')], watching: 1 })
    this.add('document', base64Of(encodeStateAsUpdate(this.doc)))
    this.doc.on('update', (update) => this.add('document', base64Of(update)))
  }

  add(event: string, data: Json | object): boolean {
    this.#version += 1
    const added = this.writer.add({
      atMs: this.#atMs,
      event,
      id: `e:${this.#version}`,
      data: data as Json,
    })
    this.#atMs += 1_000
    return added
  }

  /** The lines of the file, without their ends. */
  get lines(): string[] {
    return this.writer.text().split('\n').slice(0, -1)
  }
}

export function base64Of(update: Uint8Array): string {
  return Buffer.from(update).toString('base64')
}
