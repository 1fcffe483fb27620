'use client'

import type { Member } from '@whereabouts/client'
import { createRoomContext, shallow } from '@whereabouts/client/react'

type Place = { cell: string }

const CELLS = ['A1', 'B1', 'C1']
const { RoomProvider, useMyLocation, useOthers, useStatus } = createRoomContext<Place>()

export function Sheet({ url, name }: { url: string; name: string }) {
  return (
    <RoomProvider url={url} room="budget" user={{ name }}>
      <Cells />
    </RoomProvider>
  )
}

function Cells() {
  const status = useStatus()
  const names = useOthers(namesByCell, shallow)
  const [, move] = useMyLocation()
  return (
    <>
      <p id="status">{status}</p>
      {CELLS.map((cell) => (
        <button key={cell} id={cell} data-who={names[cell]} onClick={() => move({ cell })}>
          {cell} {names[cell]}
        </button>
      ))}
    </>
  )
}

function namesByCell(others: readonly Member<Place>[]): { [cell: string]: string } {
  const names: { [cell: string]: string } = {}
  for (const { location, user } of others) if (location) names[location.cell] = user.name
  return names
}
