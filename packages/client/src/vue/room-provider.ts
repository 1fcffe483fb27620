import type { Json } from '@whereabouts/protocol'
import {
  defineComponent,
  h,
  inject,
  type InjectionKey,
  onMounted,
  onScopeDispose,
  type PropType,
  provide,
  type VNodeChild,
  watch,
} from 'vue'
import { type HeldRoom, identityOf, type Visitable, type VisitOptions } from '../held/held-room.js'
import { keepSame } from '../held/selection.js'
import { hasOpened } from '../held/selectors.js'
import { type Selected, useSelected } from './selected.js'

/** What is shown below a provider, and until its room has been seen. */
export interface RoomSlots {
  readonly default?: () => VNodeChild
  readonly fallback?: () => VNodeChild
}

/** A component with these options as its props. */
export type RoomProviderOf<Options> = new () => {
  readonly $props: Options
  readonly $slots: RoomSlots
}

/** A component that joins a room, and what finds it in the components below. */
interface Visits<Held, Location extends Json> {
  readonly RoomProvider: RoomProviderOf<VisitOptions<Location>>
  readonly useHeld: () => Held
}

/** Every option of a room and of its document; one that isn't given is `undefined`. */
const PROPS = {
  url: null,
  room: null,
  user: null,
  location: null,
  part: null,
  watch: { type: Boolean, default: undefined },
  member: null,
  fetch: null,
  headers: null,
  credentials: null,
  sharing: null,
  offline: { type: Boolean, default: undefined },
  keptFor: null,
  subdocuments: null,
} as const satisfies { readonly [name in keyof VisitOptions | 'subdocuments']-?: unknown }

/** @param hold makes the room that a provider joins while it is mounted */
export function createVisits<Location extends Json, Held extends Visitable<Location>>(
  hold: (options: VisitOptions<Location>) => Held,
): Visits<Held, Location> {
  type Options = VisitOptions<Location>
  const key: InjectionKey<Held> = Symbol('room')

  const Visit = defineComponent({
    props: { options: { type: Object as PropType<Options>, required: true } },
    setup(props, { slots }) {
      const room = hold(props.options)
      provide(key, room)
      watch(() => props.options, room.update)
      const isOpen = useVisit(room)
      return () => (isOpen.value || !slots.fallback ? slots.default?.() : slots.fallback())
    },
  })

  const RoomProvider = defineComponent({
    props: PROPS,
    setup:
      (props, { slots }) =>
      () => {
        const given = Object.entries(props).filter(([, value]) => value !== undefined)
        const options = Object.fromEntries(given) as unknown as Options
        return h(Visit, { key: identityOf(options), options }, slots)
      },
  })

  return {
    RoomProvider: RoomProvider as unknown as RoomProviderOf<Options>,
    useHeld: () => {
      const room = inject(key, null)
      if (room === null) throw new Error('Use it below the RoomProvider of the same context.')
      return room
    },
  }
}

/** Joins the room while the component is mounted, which it never is on a server; returns whether it has been seen. */
function useVisit(room: Pick<HeldRoom, 'getSnapshot' | 'subscribe' | 'visit'>): Selected<boolean> {
  let end: (() => void) | undefined
  onMounted(() => {
    end = room.visit()
  })
  onScopeDispose(() => end?.())
  return useSelected(room, hasOpened, keepSame)
}
