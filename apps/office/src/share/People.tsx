import type { Access, SharedUser } from '@whereabouts/client'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import type { ShownAccess } from './useAccess.js'

interface PeopleProps {
  readonly access: Access
  /** The names of the users who are in the document now, by id. */
  readonly here: ReadonlyMap<string, string>
  readonly shown: ShownAccess
}

const ROLES = { viewer: 'Can view', commenter: 'Can comment', editor: 'Can edit' } as const
const NEW_OWNER = 'owner'

/** Lists who has access, with what they may do. @see OFFICE.md OF3, OF4 */
export function People({ access, here, shown: { change } }: PeopleProps) {
  const [heir, setHeir] = useState<string>()
  const users = new Map(Object.entries(access.users ?? {}))
  const nameOf = (id: string) => users.get(id)?.name ?? here.get(id) ?? id
  const setRole = (id: string, role: string) => {
    if (role === NEW_OWNER) return setHeir(id)
    const { name } = users.get(id)!
    void change({ users: { [id]: { ...(name && { name }), role } as SharedUser } }, 'Changed.')
  }
  return (
    <section aria-label="People">
      <h3>People with access</h3>
      <ul>
        {access.owner !== undefined && (
          <li>
            <span title={access.owner}>{nameOf(access.owner)}</span> <em>Owner</em>
          </li>
        )}
        {[...users].map(([id, { role }]) => (
          <li key={id}>
            <span title={id}>{nameOf(id)}</span>
            <select
              aria-label={`What ${nameOf(id)} can do`}
              value={role}
              onChange={(event) => setRole(id, event.currentTarget.value)}
            >
              <RoleOptions />
              <option value={NEW_OWNER}>Make owner…</option>
            </select>
            <button
              type="button"
              aria-label={`Remove ${nameOf(id)}`}
              onClick={() => void change({ users: { [id]: null } }, `${nameOf(id)} was removed.`)}
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
      {heir !== undefined && (
        <NewOwner
          name={nameOf(heir)}
          onCancel={() => setHeir(undefined)}
          onConfirm={() => {
            setHeir(undefined)
            void change({ owner: heir }, `${nameOf(heir)} is the owner now.`)
          }}
        />
      )}
      <AddPerson
        here={[...here].filter(([id]) => id !== access.owner && !users.has(id))}
        onAdd={(id, role) => {
          const name = here.get(id)
          void change({ users: { [id]: { role, ...(name && { name }) } } }, 'Added.')
        }}
      />
    </section>
  )
}

function RoleOptions() {
  return Object.entries(ROLES).map(([role, text]) => (
    <option key={role} value={role}>
      {text}
    </option>
  ))
}

interface NewOwnerProps {
  readonly name: string
  readonly onConfirm: () => void
  readonly onCancel: () => void
}

function NewOwner({ name, onConfirm, onCancel }: NewOwnerProps) {
  const cancel = useRef<HTMLButtonElement>(null)
  useEffect(() => cancel.current?.focus(), [])
  return (
    <div className="confirm" role="alertdialog" aria-label={`Make ${name} the owner?`}>
      <p>Make {name} the owner? You can still edit, but no longer say who has access.</p>
      <button ref={cancel} type="button" onClick={onCancel}>
        Cancel
      </button>
      <button type="button" onClick={onConfirm}>
        Make {name} the owner
      </button>
    </div>
  )
}

interface AddPersonProps {
  readonly here: readonly (readonly [id: string, name: string])[]
  readonly onAdd: (id: string, role: SharedUser['role']) => void
}

function AddPerson({ here, onAdd }: AddPersonProps) {
  const add = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const id = form.get('id')
    if (typeof id === 'string' && id.trim() !== '')
      onAdd(id.trim(), form.get('role') as SharedUser['role'])
    event.currentTarget.reset()
  }
  return (
    <form className="add-person" onSubmit={add}>
      <input
        name="id"
        list="here"
        maxLength={255}
        autoComplete="off"
        placeholder="User id, as they sign in"
        aria-label="User id of somebody to add"
      />
      <datalist id="here">
        {here.map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </datalist>
      <select name="role" aria-label="What they can do" defaultValue="editor">
        <RoleOptions />
      </select>
      <button type="submit">Add</button>
    </form>
  )
}
