import { parseUserName } from '@whereabouts/client'
import { useId, useRef, useState } from 'react'
import { chooseName } from './author.js'
import { useDesk } from './desk.js'
import { TEXTS } from './texts.js'

/** The name of somebody who hasn't chosen any yet. */
export function useName() {
  const { session, asksName } = useDesk()
  const field = useRef<HTMLInputElement>(null)
  const [isWrong, setWrong] = useState(false)
  return {
    field,
    isWrong,
    /** Takes the name that was written; returns whether there is one. */
    take: (): boolean => {
      if (!asksName) return true
      const name = parseUserName(field.current?.value ?? '')
      setWrong(name === undefined)
      if (name === undefined) field.current?.focus()
      else chooseName(session, name)
      return name !== undefined
    },
  }
}

/** Asks for the name that the others will see. @see OFFICE.md PG92 */
export function NameField({
  name: { field, isWrong },
}: {
  readonly name: ReturnType<typeof useName>
}) {
  const id = useId()
  return (
    <label className="name">
      {TEXTS.yourName}
      <input
        ref={field}
        autoComplete="name"
        aria-invalid={isWrong}
        aria-describedby={isWrong ? id : undefined}
      />
      {isWrong && (
        <small id={id} className="trouble" role="alert">
          {TEXTS.nameNeeded}
        </small>
      )}
    </label>
  )
}
