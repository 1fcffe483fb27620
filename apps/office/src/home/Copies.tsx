import { useState } from 'react'
import { t } from '../language/language.js'
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
      {t(isOffline ? 'home.copiesFor' : 'home.copies', { count: rooms.size })}{' '}
      {isAsking ? (
        <>
          {t('home.copiesWouldBeLost')} <Choice text={t('common.remove')} onClick={remove} />{' '}
          <Choice text={t('home.keep')} onClick={() => setIsAsking(false)} />
        </>
      ) : (
        <Choice text={t('home.removeCopies')} onClick={() => setIsAsking(true)} />
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
