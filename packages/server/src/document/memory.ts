import { randomUUID } from 'node:crypto'

/** A name for documents in memory that nobody has yet; the threads of one process can share it. */
export function newMemory(): string {
  return `file:${randomUUID()}?mode=memory&cache=shared`
}
