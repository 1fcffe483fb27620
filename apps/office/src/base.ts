const IN_ASSETS = /^(.*\/)assets\/[^/]*$/

/**
 * The path of the application's root, which ends with `/`: where the server that sent this script is,
 * whatever path a proxy has put in front of it.
 *
 * @see OFFICE.md OF16
 */
export const BASE = baseOf(import.meta.url)

/**
 * Returns the path of the root to which a script of the application belongs.
 *
 * @example baseOf('https://host/apps/where/assets/index.js') // '/apps/where/'
 */
export function baseOf(script: string): string {
  return IN_ASSETS.exec(new URL(script).pathname)?.[1] ?? '/'
}

/** Returns a path without that of the root, but with its slash; `undefined` if it isn't below the root. */
export function withoutBase(pathname: string, base = BASE): string | undefined {
  // Some proxies pass the root on without the slash at its end.
  if (`${pathname}/` === base) return '/'
  return pathname.startsWith(base) ? pathname.slice(base.length - 1) : undefined
}

/** Returns the name of a value in the browser's storage, which all applications of a host share. */
export function storedAs(name: string, base = BASE): string {
  return base === '/' ? name : `${name}:${base}`
}
