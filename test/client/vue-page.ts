import { joinRoom, type JoinOptions, type Room } from '@whereabouts/client'
import { createRoomContext, type RoomContext, shallow } from '@whereabouts/client/vue'
import { createRoomContext as createDocumentContext } from '@whereabouts/client/vue-yjs'
import { createApp, defineComponent, h, shallowRef, type VNodeChild } from 'vue'
import type { Doc } from 'yjs'

type Place = { readonly x: number }
type Said = { readonly say: string }
type Options = JoinOptions<Place>

/** What the page offers to its tests, on `window`. */
export interface VuePage {
  /** How often each component was rendered, by its name. */
  readonly renders: { [name: string]: number }
  readonly heard: (readonly [event: Said, from: string | null])[]
  readonly room: Room<Place>
  /** Renders everything below a provider with these options; again, with others. */
  render(options: Options): void
  /** Gives the components that are about a member or a lock another key. */
  choose(key: string): void
  unmount(): void
}

declare global {
  interface Window {
    readonly vuePage: VuePage
  }
}

const context: RoomContext<Place, { readonly team: string }, Said> = createRoomContext()
const renders: VuePage['renders'] = {}
const heard: VuePage['heard'] = []

/** A component that counts how often it is rendered. */
function counted(name: string, setup: () => () => VNodeChild) {
  return defineComponent(() => {
    const render = setup()
    return () => {
      renders[name] = (renders[name] ?? 0) + 1
      return render()
    }
  })
}

const { useOthers, useOthersMapped, useMyLocation, useSelf, useStatus, useEvent, useRoom } = context

const Count = counted('count', () => {
  const count = useOthers((others) => others.length)
  return () => h('p', { id: 'count' }, count.value)
})

const Teams = counted('teams', () => {
  const teams = useOthers((others) => others.map(({ user }) => user.meta?.team), shallow)
  return () => h('p', { id: 'teams' }, teams.value.join())
})

const Places = counted('places', () => {
  const places = useOthersMapped(({ location }) => location?.x)
  return () => h('p', { id: 'places' }, places.value.map(([id, x]) => `${id} ${x}`).join())
})

const Mine = counted('mine', () => {
  const place = useMyLocation()
  const self = useSelf()
  const step = () => {
    place.value = { x: (place.value?.x ?? 0) + 1 }
  }
  return () =>
    h('button', { id: 'mine', onClick: step }, `${place.value?.x} ${self.value?.user.meta?.team}`)
})

const Status = counted('status', () => {
  const status = useStatus()
  useEvent((event, from) => void heard.push([event, from]))
  Object.assign(window.vuePage, { room: useRoom() })
  return () => h('p', { id: 'status' }, status.value)
})

const chosen = shallowRef('cell')

const Locked = counted('locked', () => {
  const { holding, lock } = context.useLock(() => chosen.value)
  return () => h('button', { id: 'lock', onClick: () => void lock() }, String(holding.value.isMine))
})

const Chosen = counted('chosen', () => {
  const place = useOthers((others) => others.find(({ id }) => id === chosen.value)?.location?.x)
  return () => h('p', { id: 'chosen' }, String(place.value))
})

const options = shallowRef<Options>({ room: 'budget' })
const app = createApp(() =>
  h(context.RoomProvider, options.value, {
    default: () =>
      [Count, Teams, Places, Mine, Status, Locked, Chosen].map((component) => h(component)),
    fallback: () => 'One moment',
  }),
)

const kept = createDocumentContext()
const Editor = defineComponent(() => {
  const doc = kept.useDocument((document) => document.doc)
  const saved = kept.useDocument((document) => document.saved)
  const { undo, canUndo } = kept.useUndo()
  const body = doc.value.getText('body')
  const text = shallowRef('')
  body.observe(() => {
    text.value = body.toJSON()
  })
  return () => [
    h('p', { id: 'text' }, text.value),
    h('p', { id: 'saved' }, String(saved.value)),
    h('button', { id: 'write', onClick: () => body.insert(0, 'x') }, 'Write'),
    h('button', { id: 'undo', disabled: !canUndo.value, onClick: undo }, 'Undo'),
  ]
})

const main = document.body.appendChild(document.createElement('main'))
let isMounted = false
const vuePage: Omit<VuePage, 'room'> = {
  renders,
  heard,
  render: (given) => {
    options.value = given
    if (!isMounted) app.mount(main)
    isMounted = true
  },
  choose: (key) => {
    chosen.value = key
  },
  unmount: () => app.unmount(),
}
const renderDocument = (url: string) => {
  const subdocuments = ({ guid }: Doc) => joinRoom({ url, room: `chapter.${guid}` })
  const given = { url, room: 'budget', offline: false, subdocuments }
  createApp(() => h(kept.RoomProvider, given, () => h(Editor))).mount(main)
}
Object.assign(window, { vuePage, renderDocument })
