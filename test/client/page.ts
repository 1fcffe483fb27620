import { joinRoom, type JoinOptions, type Room } from '@whereabouts/client'
import { useRoom } from '@whereabouts/client/react'
import { createElement, StrictMode, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'

/** What the page offers to its tests, on `window`. */
export interface TestPage {
  /** The rooms of this page. */
  readonly rooms: Room[]
  join(options: JoinOptions): void
  /** Joins from a React component in StrictMode, which mounts twice. */
  mount(options: JoinOptions): void
  unmount(): void
}

declare global {
  interface Window {
    readonly testPage: TestPage
  }
}

function Names({ room }: { readonly room: Room }) {
  const { status, others } = useRoom(room)
  const names = others.map(({ user }) => user.name).join(', ')
  return createElement('p', null, `${status}: ${names}`)
}

function Joined({ options }: { readonly options: JoinOptions }) {
  const [room, setRoom] = useState<Room | null>(null)
  useEffect(() => {
    const joined = joinRoom(options)
    setRoom(joined)
    return () => void joined.leave()
  }, [options])
  return room === null ? null : createElement(Names, { room })
}

const rooms: Room[] = []
const root = createRoot(document.body.appendChild(document.createElement('main')))
const testPage: TestPage = {
  rooms,
  join: (options) => void rooms.push(joinRoom(options)),
  mount: (options) => {
    root.render(createElement(StrictMode, null, createElement(Joined, { options })))
  },
  unmount: () => root.unmount(),
}
Object.assign(window, { testPage })
