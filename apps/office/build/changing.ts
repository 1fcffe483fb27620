import type { Plugin } from 'vite'

type Change = (code: string) => string

/** Changes one file of one package of Univer. */
export function changing(name: string, file: string, change: Change): Plugin {
  let isThere = false
  return {
    name,
    apply: 'build',
    transform(code, id) {
      if (!id.endsWith(`/@univerjs/${file}`)) return undefined
      isThere = true
      return { code: change(code), map: null }
    },
    buildEnd(error) {
      if (error === undefined && !isThere) this.error(`Univer no longer has ${file}`)
    },
  }
}

/** Replaces what must be there exactly once. */
export function once(code: string, old: string, by: string): string {
  if (code.split(old).length !== 2) throw new Error(`Univer no longer has this once: ${old}`)
  return code.replace(old, () => by)
}

/** Replaces what must be there. */
export function all(code: string, old: RegExp, by: string): string {
  const changed = code.replace(old, by)
  if (changed === code) throw new Error(`Univer no longer has this: ${old.source}`)
  return changed
}
