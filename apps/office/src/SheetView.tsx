import { memo, useEffect, useRef, useState } from 'react'
import type { Session } from './session.js'
import type { Sheet } from './sheet/sheet.js'

interface SheetViewProps {
  readonly session: Session
  readonly onOpen: (sheet: Sheet) => void
}

/** The place of the sheet; loads what draws it, which is the heavy part of the page. */
export const SheetView = memo(function SheetView({ session, onOpen }: SheetViewProps) {
  const grid = useRef<HTMLDivElement>(null)
  const markers = useRef<HTMLDivElement>(null)
  const [state, setState] = useState<'loading' | 'open' | 'failed'>('loading')

  useEffect(() => {
    void openWhenLoaded().catch((error: unknown) => {
      setState('failed')
      throw error
    })
    async function openWhenLoaded() {
      const { openSheet } = await import('./sheet/sheet.js')
      if (grid.current === null || markers.current === null) return
      onOpen(await openSheet(grid.current, markers.current, session))
      setState('open')
    }
  }, [session, onOpen])

  return (
    <main className="sheet" aria-label="Sheet" aria-busy={state === 'loading'}>
      {state === 'loading' && <p className="loading">Loading the sheet…</p>}
      {state === 'failed' && (
        <p className="loading">
          The sheet could not be loaded. <a href={location.href}>Try again</a>
        </p>
      )}
      <div ref={grid} className="grid" />
      <div ref={markers} className="markers" aria-hidden="true" />
    </main>
  )
})
