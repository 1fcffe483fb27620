/** What lists know of a record, as its JSON text says it. */
interface Said {
  readonly users: readonly string[]
  readonly trashedAtMs?: number
}

/** Reads in a record's text what lists know of it; nothing if it isn't valid, as it lets nobody in then. */
export function saidIn(json: string): Said {
  const { users, trashedAtMs } = parsed(json)
  return {
    users: typeof users === 'object' && users !== null ? Object.keys(users) : [],
    ...(Number.isSafeInteger(trashedAtMs) && { trashedAtMs: Number(trashedAtMs) }),
  }
}

function parsed(json: string): { readonly users?: unknown; readonly trashedAtMs?: unknown } {
  try {
    return (JSON.parse(json) as object | null) ?? {}
  } catch {
    return {}
  }
}
