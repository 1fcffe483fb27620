import { createRoomContext, shallow } from '@whereabouts/client/react'
import { createElement as h, memo, type ReactNode } from 'react'

/** What an application may say of its locations, users and events. */
export type Place = { readonly x: number; readonly y: number }
export type Team = { readonly team: string }
export type Said = { readonly say: string }

export const context = createRoomContext<Place, Team, Said>()
const { useMyLocation, useOthers, useOthersMapped, useSelf, useStatus, useEvent } = context

/** How often each component was rendered, by its name. */
export const renders: { [name: string]: number } = {}

/** What was heard and missed. */
export const heard: (readonly [event: Said, from: string | null])[] = []

/** Counts a render of a component. */
export function rendered(name: string): void {
  renders[name] = (renders[name] ?? 0) + 1
}

function Count() {
  rendered('count')
  return h(
    'p',
    { id: 'count' },
    useOthers((others) => others.length),
  )
}

function Teams() {
  rendered('teams')
  const teams = useOthers((others) => others.map(({ user }) => user.meta?.team ?? 'none'), shallow)
  return h('p', { id: 'teams' }, teams.join())
}

function Places() {
  const others = useOthers()
  return h('p', { id: 'places' }, others.map(({ location }) => location?.x ?? '-').join())
}

const Name = memo(({ id, name }: { readonly id: string; readonly name: { text: string } }) => {
  rendered(`name ${id}`)
  return h('span', null, name.text)
})

function Names() {
  const names = useOthersMapped(({ user }) => ({ text: user.name }), shallow)
  return h(
    'p',
    { id: 'names' },
    names.map(([id, name]) => h(Name, { key: id, id, name })),
  )
}

function Mine() {
  const [place, move] = useMyLocation()
  const team = useSelf(({ user }) => user.meta?.team)
  const step = () => move({ x: (place?.x ?? 0) + 1, y: 0 })
  return h('button', { id: 'mine', onClick: step }, `${place?.x ?? 'nowhere'} ${team ?? '-'}`)
}

function Status() {
  rendered('status')
  useEvent((event, from) => void heard.push([event, from]))
  return h('p', { id: 'status' }, useStatus())
}

/** Shows who holds a key, and has buttons to lock and to release it. */
export function Locked() {
  const { holder, isMine, lock, unlock } = context.useLock('cell')
  return [
    h('p', { key: 'holder', id: 'holder' }, `${holder?.user.name ?? 'nobody'} ${isMine}`),
    h('button', { key: 'lock', id: 'lock', onClick: () => void lock({ waitMs: 60_000 }) }),
    h('button', { key: 'unlock', id: 'unlock', onClick: () => void unlock() }),
  ]
}

/** Shows all that the hooks return. */
export function Everything(): ReactNode {
  return [Count, Teams, Places, Names, Mine, Status].map((component) =>
    h(component, { key: component.name }),
  )
}
