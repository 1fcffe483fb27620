import {
  createContext,
  type ReactNode,
  Suspense,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from 'react'
import type { Json } from '@whereabouts/protocol'
import { type HeldRoom, identityOf, type VisitOptions, type Visitable } from '../held/held-room.js'
import { keepSame } from '../held/selection.js'
import { hasOpened } from '../held/selectors.js'
import type { JoinOptions } from '../options.js'
import type { AnyRoom } from '../room.js'
import { useSelected } from './selected.js'

/**
 * The options of `joinRoom`. Another `url`, `room`, `watch`, `member` or `credentials` joins another room,
 * with new components below; so do `headers` and `fetch` that weren't there before. Another `user` or `part` changes
 * those. `location` is where to begin; `sharing` is what it was at first.
 */
export interface RoomProviderProps<Location extends Json = Json> extends JoinOptions<Location> {
  readonly children?: ReactNode
  /**
   * Shown in place of the children until the room has been seen, and while they suspend.
   *
   * @default the children are shown at once, with an empty room
   */
  readonly fallback?: ReactNode
}

/** The nearest room above, whatever made it; the ready parts show it. */
const NearestRoom = /* @__PURE__ */ createContext<AnyRoom | null>(null)

/** Returns the given room, or else that of the nearest `RoomProvider` above. */
export function useNearestRoom<Given extends Partial<AnyRoom>>(given?: Given): Given | AnyRoom {
  const nearest = useContext(NearestRoom)
  const room = given ?? nearest
  if (room === null) throw new Error('Put it below a RoomProvider, or give it a room.')
  return room
}

/** A component that joins a room, and a hook for the components below it. */
interface Visits<Held, Location extends Json> {
  readonly RoomProvider: (props: RoomProviderProps<Location> & VisitOptions<Location>) => ReactNode
  readonly useHeld: () => Held
}

/** @param hold makes the room that a provider joins while it is mounted */
export function createVisits<Location extends Json, Held extends Visitable<Location>>(
  hold: (options: VisitOptions<Location>) => Held,
): Visits<Held, Location> {
  const Context = createContext<Held | null>(null)

  function Visit({ children, fallback, ...options }: RoomProviderProps<Location>) {
    const [room] = useState(() => hold(options))
    useEffect(() => room.update(options))
    useEffect(() => room.visit(), [room])
    const shown = fallback === undefined ? children : <Opening {...{ room, fallback, children }} />
    return (
      <NearestRoom.Provider value={room}>
        <Context.Provider value={room}>{shown}</Context.Provider>
      </NearestRoom.Provider>
    )
  }

  return {
    RoomProvider: (props) => <Visit key={identityOf(props)} {...props} />,
    useHeld: () => {
      const room = useContext(Context)
      if (room === null) throw new Error('Use it below the RoomProvider of the same context.')
      return room
    },
  }
}

interface OpeningProps {
  readonly room: Pick<HeldRoom, 'getSnapshot' | 'getServerSnapshot' | 'subscribe' | 'opened'>
  readonly fallback: ReactNode
  readonly children: ReactNode
}

/** A server that renders the page can't wait for a room that it doesn't join. */
function Opening({ room, fallback, children }: OpeningProps) {
  const isInPage = useSyncExternalStore(never, isTrue, isFalse)
  if (!isInPage) return fallback
  return (
    <Suspense fallback={fallback}>
      <Opened room={room}>{children}</Opened>
    </Suspense>
  )
}

/** Suspends until the room has been seen. @see PROTOCOL.md CL107 */
function Opened({ room, children }: Omit<OpeningProps, 'fallback'>) {
  const isOpen = useSelected(room, hasOpened, keepSame)
  // eslint-disable-next-line typescript/only-throw-error -- how a component of React 18 suspends
  if (!isOpen) throw room.opened()
  return children
}

const never = () => () => undefined
const isTrue = () => true
const isFalse = () => false
