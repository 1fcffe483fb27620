import { useState } from 'react'
import type { Copies } from '../offline/copies.js'

interface CopiesLineProps {
  readonly copies: Copies
  readonly onRemove: () => void
}

/** Says what this browser has of documents, and removes it. @see OFFICE.md OF32 */
export function CopiesLine({ copies: { rooms, isOffline }, onRemove }: CopiesLineProps) {
  const [isAsking, setIsAsking] = useState(false)
  if (rooms.size === 0) return null
  const remove = () => {
    setIsAsking(false)
    onRemove()
  }
  return (
    <p className="copies">
      {describeCopies(rooms.size, isOffline)}{' '}
      {isAsking ? (
        <>
          Edits that the server doesn’t have would be lost.{' '}
          <Choice text="Remove" onClick={remove} />{' '}
          <Choice text="Keep" onClick={() => setIsAsking(false)} />
        </>
      ) : (
        <Choice text="Remove copies" onClick={() => setIsAsking(true)} />
      )}
    </p>
  )
}

function Choice({ text, onClick }: { readonly text: string; readonly onClick: () => void }) {
  return (
    <button type="button" className="link" onClick={onClick}>
      {text}
    </button>
  )
}

/** @example describeCopies(1, false) // 'This browser has a copy of 1 document.' */
function describeCopies(count: number, isOffline: boolean): string {
  const what = count === 1 ? 'a copy of 1 document' : `copies of ${count} documents`
  return isOffline
    ? `This browser has ${what}, for when the server can’t be reached.`
    : `This browser has ${what}.`
}
