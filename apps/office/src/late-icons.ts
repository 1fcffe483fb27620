import { createElement, useSyncExternalStore } from 'react'
import { untilLoaded } from './late-part.js'
import type { Icon, Icons } from 'virtual:univer-icons'

const SIZE = '1em'
const listeners = new Set<() => void>()
let icons: Icons | undefined

/** Returns one of Univer's icons, which keeps its place empty until `loadIcons` has loaded it. */
export function lateIcon(name: string): Icon {
  return function LateIcon(props) {
    const Loaded = useSyncExternalStore(subscribe, () => icons?.[name])
    if (Loaded !== undefined) return createElement(Loaded, props)
    return createElement('svg', { width: SIZE, height: SIZE, className: props.className })
  }
}

/** Loads all of Univer's icons that the sheet can show. */
export async function loadIcons(): Promise<void> {
  icons = (await untilLoaded(() => import('virtual:univer-icons'))).icons
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
