import { useState } from 'react'
import { ICONS } from '../icons.js'
import { latePart } from '../late-part.js'
import { TEXTS } from './texts.js'

const TemplatesDialog = latePart(async () => (await import('./TemplatesDialog.js')).TemplatesDialog)

/** Offers documents to begin with, beside the empty ones. @see OFFICE.md PE35 */
export function Templates() {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <>
      <button type="button" className="new-document" onClick={() => setIsOpen(true)}>
        {ICONS.page}
        <span>
          <strong>{TEXTS.title}</strong>
          <small>{TEXTS.about}</small>
        </span>
      </button>
      {isOpen && <TemplatesDialog onClose={() => setIsOpen(false)} />}
    </>
  )
}
