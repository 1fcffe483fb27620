import { createRoot } from 'react-dom/client'
import type { SheetCharts } from './charts.js'
import { ChartPanel } from './ChartPanel.js'

/** Opens the panel of the selected chart; returns a function that closes it. */
export function openPanel(charts: SheetCharts, onClosed: () => void): () => void {
  const place = document.createElement('div')
  document.body.append(place)
  const root = createRoot(place)
  let isOpen = true
  const close = () => {
    if (!isOpen) return
    isOpen = false
    // React doesn't take itself away while it renders.
    queueMicrotask(() => {
      root.unmount()
      place.remove()
    })
    onClosed()
  }
  place.addEventListener('keydown', (event) => {
    // The grid has keys of its own.
    event.stopPropagation()
    if (event.key === 'Escape') close()
  })
  root.render(<ChartPanel charts={charts} onClose={close} />)
  return close
}
