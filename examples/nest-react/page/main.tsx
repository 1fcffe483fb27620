import type { Member } from '@whereabouts/client'
import { createRoomContext, shallow } from '@whereabouts/client/react'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

type Place = { cell: string }

const CELLS = ['A1', 'B1', 'C1']
const name = new URLSearchParams(location.search).get('name') ?? 'Guest'
const { RoomProvider, useMyLocation, useOthers, useStatus } = createRoomContext<Place>()

function Sheet() {
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
  for (const { location: place, user } of others) if (place) names[place.cell] = user.name
  return names
}

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <RoomProvider room="budget" user={{ name }}>
      <Sheet />
    </RoomProvider>
  </StrictMode>,
)
