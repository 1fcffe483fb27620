import { Problem } from '@whereabouts/client'
import { useEffect, useRef, useState } from 'react'
import { putIntoNewRoom } from '../history/versions.js'
import { ICONS } from '../icons.js'
import { t } from '../language/language.js'
import { describeProblem } from '../language/problems.js'
import { addressOf } from '../route.js'
import { TEMPLATES } from './contents.js'
import { documentFrom, type Template } from './template.js'
import { TEXTS } from './texts.js'
import './templates.css'

const reasonOf = (error: unknown): string =>
  error instanceof Problem ? describeProblem(error) : t('common.unreachable')

/** Shows the templates, and opens what is made of the chosen one. */
export function TemplatesDialog({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [said, say] = useState('')
  const [isMaking, setIsMaking] = useState(false)
  useEffect(() => dialog.current?.showModal(), [])
  const make = async (template: Template) => {
    setIsMaking(true)
    say(TEXTS.making)
    try {
      const room = await putIntoNewRoom(template.kind, documentFrom(template))
      // Whoever closed the dialog meanwhile stays where they are.
      if (dialog.current?.open === true) location.assign(addressOf({ kind: template.kind, room }))
    } catch (error) {
      reportError(error)
      say(TEXTS.failed(reasonOf(error)))
      setIsMaking(false)
    }
  }

  return (
    <dialog
      ref={dialog}
      className="given-back templates"
      aria-labelledby="templates"
      onClose={onClose}
    >
      <h2 id="templates">{TEXTS.title}</h2>
      <ul>
        {TEMPLATES.map((template) => (
          <li key={template.id}>
            <button
              type="button"
              className="new-document"
              data-kind={template.kind}
              disabled={isMaking}
              onClick={() => void make(template)}
            >
              {ICONS[template.kind]}
              <span>
                <strong>{template.name}</strong>
                <small>{template.about}</small>
              </span>
            </button>
          </li>
        ))}
      </ul>
      <output>{said}</output>
      <div className="actions">
        <button type="button" onClick={() => dialog.current?.close()}>
          {t('common.cancel')}
        </button>
      </div>
    </dialog>
  )
}
