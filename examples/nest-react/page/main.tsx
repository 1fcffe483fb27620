import { joinRoom, type Member, type Room } from '@whereabouts/client'
import { useRoom } from '@whereabouts/client/react'
import { StrictMode, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'

const CELLS = ['A1', 'B1', 'C1']
const name = new URLSearchParams(location.search).get('name') ?? 'Guest'

function Sheet() {
  const [room, setRoom] = useState<Room | null>(null)
  useEffect(() => {
    const joined = joinRoom({ room: 'budget', user: { name } })
    setRoom(joined)
    return () => void joined.leave()
  }, [])
  return room && <Cells room={room} />
}

function Cells({ room }: { room: Room }) {
  const { others, status } = useRoom(room)
  return (
    <>
      <p id="status">{status}</p>
      {CELLS.map((cell) => (
        <button
          key={cell}
          id={cell}
          data-who={whoIsIn(others, cell)}
          onClick={() => room.move({ cell })}
        >
          {cell} {whoIsIn(others, cell)}
        </button>
      ))}
    </>
  )
}

function whoIsIn(others: readonly Member[], cell: string): string | undefined {
  return others.find(({ location: place }) => (place as { cell?: string } | null)?.cell === cell)
    ?.user.name
}

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <Sheet />
  </StrictMode>,
)
