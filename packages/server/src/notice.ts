import type { Disconnection, Revalidation } from './visits.js'

/** A message from one node to the others about their readers. */
export interface Notice {
  readonly revalidate?: Revalidation
  readonly disconnect?: Disconnection
}

/** Reads what another node wrote. What can't be read makes every reader be asked about. */
export function readNotice(text: string): Notice {
  try {
    return JSON.parse(text) as Notice
  } catch {
    return { revalidate: {} }
  }
}
