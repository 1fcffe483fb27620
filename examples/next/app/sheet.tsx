'use client'

import { joinRoom, type Member, type Room } from '@whereabouts/client'
import { useRoom } from '@whereabouts/client/react'
import { useEffect, useState } from 'react'

const CELLS = ['A1', 'B1', 'C1']

export function Sheet({ url, name }: { url: string; name: string }) {
  const [room, setRoom] = useState<Room | null>(null)
  useEffect(() => {
    const joined = joinRoom({ url, room: 'budget', user: { name } })
    setRoom(joined)
    return () => void joined.leave()
  }, [url, name])
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
  return others.find(({ location }) => (location as { cell?: string } | null)?.cell === cell)?.user
    .name
}
