import type { DocumentCount } from './keeper.js'

/** The count of a new thread. */
export const NOTHING_DONE: DocumentCount = {
  loaded: 0,
  loadedBytes: 0,
  commits: 0,
  compactions: 0,
  compactionSeconds: 0,
}

/** The count of two threads. */
export function sum(a: DocumentCount, b: DocumentCount): DocumentCount {
  return {
    loaded: a.loaded + b.loaded,
    loadedBytes: a.loadedBytes + b.loadedBytes,
    commits: a.commits + b.commits,
    compactions: a.compactions + b.compactions,
    compactionSeconds: a.compactionSeconds + b.compactionSeconds,
  }
}
