import { parseUserName } from '@whereabouts/client'
import { useEffect, useRef, type FormEvent } from 'react'
import { PALETTE, type Person } from '../person.js'
import { t } from '../language/language.js'

interface PersonDialogProps {
  readonly person: Person
  /** Whether the person is asked for the first time. */
  readonly isNew: boolean
  readonly onSave: (person: Person) => void
  /** Called when the dialog is closed without saving, by Escape or the button. */
  readonly onCancel: () => void
}

/** Asks for the person's name and color; it is open while it is mounted. @see OFFICE.md SH6 */
export function PersonDialog({ person, isNew, onSave, onCancel }: PersonDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const name = useRef<HTMLInputElement>(null)
  const chosen = useRef<Person | undefined>(undefined)

  useEffect(() => {
    dialog.current?.showModal()
    name.current?.select()
  }, [])

  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    chosen.current = readPerson(new FormData(event.currentTarget))
    // Closing the dialog gives the focus back; unmounting it while it is open would lose the focus.
    if (chosen.current !== undefined) return dialog.current?.close()
    name.current?.setCustomValidity(t('person.nameWrong'))
    name.current?.reportValidity()
  }
  const close = () => (chosen.current === undefined ? onCancel() : onSave(chosen.current))

  return (
    <dialog ref={dialog} className="person-dialog" aria-labelledby="who" onClose={close}>
      <form onSubmit={save} noValidate>
        <h2 id="who">{t(isNew ? 'person.who' : 'person.yours')}</h2>
        <p>{t('person.seenAs')}</p>
        <label className="name">
          {t('person.name')}
          <input
            ref={name}
            name="name"
            defaultValue={person.name}
            autoComplete="name"
            onInput={(event) => event.currentTarget.setCustomValidity('')}
          />
        </label>
        <Palette chosen={person.color} />
        <div className="actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            {isNew ? t('person.stay', { name: person.name }) : t('common.cancel')}
          </button>
          <button type="submit" className="primary">
            {t(isNew ? 'person.join' : 'common.save')}
          </button>
        </div>
      </form>
    </dialog>
  )
}

function Palette({ chosen }: { readonly chosen: string }) {
  const known = PALETTE.some(({ color }) => color === chosen)
  const colors = known ? PALETTE : [{ name: 'current', color: chosen } as const, ...PALETTE]
  return (
    <fieldset className="palette">
      <legend>{t('person.color')}</legend>
      {colors.map(({ name, color }) => (
        <label key={color} title={t(`color.${name}`)}>
          <input
            type="radio"
            name="color"
            value={color}
            defaultChecked={color === chosen}
            aria-label={t(`color.${name}`)}
            style={{ accentColor: color, backgroundColor: color }}
          />
        </label>
      ))}
    </fieldset>
  )
}

function readPerson(form: FormData): Person | undefined {
  const name = form.get('name')
  const color = form.get('color')
  if (typeof name !== 'string' || typeof color !== 'string') return undefined
  const parsed = parseUserName(name)
  return parsed === undefined ? undefined : { name: parsed, color }
}
