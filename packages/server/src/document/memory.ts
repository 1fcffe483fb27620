import { randomUUID } from 'node:crypto'

/** Returns a new name for documents in memory. The threads of one process can share it. */
export function newMemory(): string {
  return `file:${randomUUID()}?mode=memory&cache=shared`
}
