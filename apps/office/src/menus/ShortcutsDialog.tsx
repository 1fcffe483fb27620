import { useEffect, useRef } from 'react'
import type { Kind } from '../route.js'
import { type Entry, flatten } from './entries.js'
import { shownKeys } from './keys.js'
import { type MoreKeys, TEXTS } from './texts.js'

interface ShortcutsDialogProps {
  readonly menus: readonly Entry[]
  readonly kind: Kind
  readonly onClose: () => void
}

type Key = readonly [keys: string, does: keyof MoreKeys]

const EVERYWHERE: readonly Key[] = [
  ['F10', 'bar'],
  ['F6', 'content'],
]
const OF_KIND: { readonly [kind in Kind]: readonly Key[] } = {
  sheet: [
    ['F2', 'edit'],
    ['Alt+Enter', 'line'],
  ],
  page: [
    ['/', 'blocks'],
    ['Control+Enter', 'fold'],
    ['Escape', 'leave'],
  ],
}

/** Lists all shortcuts: those of the menus, and those that no menu has. @see OFFICE.md OF104 */
export function ShortcutsDialog({ menus, kind, onClose }: ShortcutsDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const { moreKeys } = TEXTS
  const more = [...EVERYWHERE, ...OF_KIND[kind]].map(([keys, does]) => ({
    label: moreKeys[does],
    keys,
  }))
  return (
    <dialog
      ref={dialog}
      className="given-back shortcuts"
      aria-labelledby="shortcuts"
      onClose={onClose}
    >
      <h2 id="shortcuts">{TEXTS.shortcuts}</h2>
      {/* A list that scrolls can be scrolled by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- as said */}
      <section className="shortcut-groups" tabIndex={0} aria-labelledby="shortcuts">
        {menus.map(({ label, entries }) => (
          <Keys key={label} label={label} entries={flatten(entries ?? [])} />
        ))}
        <Keys label={moreKeys.title} entries={more} />
      </section>
      <div className="actions">
        <button type="button" onClick={() => dialog.current?.close()}>
          {TEXTS.close}
        </button>
      </div>
    </dialog>
  )
}

function Keys({ label, entries }: { readonly label: string; readonly entries: readonly Entry[] }) {
  const known = entries.filter(({ keys }) => keys !== undefined)
  if (known.length === 0) return null
  return (
    <div className="shortcut-group">
      <h3>{label}</h3>
      <dl>
        {known.map((entry) => (
          <div key={entry.label + entry.keys}>
            <dt>{entry.label}</dt>
            <dd>
              <kbd>{shownKeys(entry.keys!)}</kbd>
            </dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
