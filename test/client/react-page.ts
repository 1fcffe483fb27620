import type { Room } from '@whereabouts/client'
import {
  Avatars,
  Cursors,
  type Point,
  type RoomProviderProps,
  StatusLine,
} from '@whereabouts/client/react'
import { createElement as h, Profiler, type ReactNode, StrictMode } from 'react'
import { createRoot, hydrateRoot, type Root } from 'react-dom/client'
import {
  context,
  Everything,
  heard,
  Locked,
  type Place,
  rendered,
  renders,
  type Said,
  type Team,
} from './react-components.js'

type Options = Omit<RoomProviderProps<Place>, 'children' | 'fallback'>

/** What the page offers to its tests, on `window`. */
export interface ReactPage {
  readonly renders: typeof renders
  readonly heard: typeof heard
  /** What React said of a page that differs from what the server rendered. */
  readonly mismatches: unknown[]
  /** The room of the provider that is mounted. */
  readonly room: Room<Place, Team, Said>
  /** The members that were chosen among the avatars. */
  readonly chosen: string[]
  /** Renders everything below a provider with these options; again, with others. */
  render(options: Options, how?: { strict?: boolean; fallback?: string }): void
  /** Takes over what a server has rendered. */
  hydrate(markup: string, options: Options, fallback: string | undefined): void
  /** Renders the ready parts, with avatars to choose, or with locations that have the pointer in a field. */
  renderParts(options: Options, how: { withButtons?: boolean; inField?: boolean }): void
  /** Renders a lock, or takes it away again. */
  renderLock(options: Options, isThere: boolean): void
  unmount(): void
}

declare global {
  interface Window {
    readonly reactPage: ReactPage
  }
}

/** A location that has more than the pointer. */
type Pointing = { readonly slide: number; readonly pointer: Point | null }

const SIZE = { width: 400 }
const IN_FIELD = {
  pointOf: ({ pointer }: Pointing) => pointer,
  locationOf: (pointer: Point | null) => ({ slide: 3, pointer }),
}

const { RoomProvider, useRoom } = context
const container = document.body.appendChild(document.createElement('main'))
let root: Root | undefined
const mismatches: unknown[] = []
const chosen: string[] = []

function Hold({ children }: { readonly children: ReactNode }) {
  Object.assign(window.reactPage, { room: useRoom() })
  return children
}

function show(element: ReactNode): void {
  root ??= createRoot(container)
  root.render(element)
}

function provided(options: Options, fallback?: string, children: ReactNode = h(Everything)) {
  const given = fallback === undefined ? {} : { fallback }
  return h(RoomProvider, { ...options, ...given }, h(Hold, null, children))
}

const reactPage: Omit<ReactPage, 'room'> = {
  renders,
  heard,
  mismatches,
  chosen,
  render: (options, { strict = false, fallback } = {}) => {
    const element = provided(options, fallback)
    show(strict ? h(StrictMode, null, element) : element)
  },
  hydrate: (markup, options, fallback) => {
    container.innerHTML = markup
    const onRecoverableError = (error: unknown) => void mismatches.push(error)
    root = hydrateRoot(container, provided(options, fallback), { onRecoverableError })
  },
  renderParts: (options, { withButtons = false, inField = false }) => {
    const onChoose = ({ id }: { readonly id: string }) => void chosen.push(id)
    const board = h('div', { style: { width: 400, height: 200 } })
    const parts = [
      h(Avatars, { key: 'avatars', max: 2, ...(withButtons && { onChoose }) }),
      h(Profiler, { key: 'status', id: 'status line', onRender: rendered }, h(StatusLine)),
      h(
        Cursors<Pointing>,
        { key: 'cursors', id: 'board', style: SIZE, ...(inField && IN_FIELD) },
        board,
      ),
    ]
    show(provided(options, undefined, parts))
  },
  renderLock: (options, isThere) => {
    show(h(StrictMode, null, provided(options, undefined, isThere && h(Locked))))
  },
  unmount: () => root?.unmount(),
}
Object.assign(window, { reactPage })
