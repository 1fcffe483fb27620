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

/** Lists who has access, with what they may do. @see OFFICE.md OF3, OF4, OF36 */
export function People({ access, here, shown: { change } }: PeopleProps) {
  const [heir, setHeir] = useState<string>()
  const users = new Map(Object.entries(access.users ?? {}))
  const nameOf = (id: string) => users.get(id)?.name ?? here.get(id) ?? id
  return (
    <section aria-label="People">
      <h3>People with access</h3>
      <ul>
        {access.owner !== undefined && (
          <li>
            <span title={access.owner}>{nameOf(access.owner)}</span> <em>Owner</em>
          </li>
        )}
        {[...users].map(([id, user]) => (
          <Person
            key={id}
            id={id}
            name={nameOf(id)}
            user={user}
            isOffered={id === access.offeredTo}
            change={change}
            onOffer={() => setHeir(id)}
          />
        ))}
      </ul>
      {heir !== undefined && (
        <NewOwner
          name={nameOf(heir)}
          onCancel={() => setHeir(undefined)}
          onConfirm={() => {
            setHeir(undefined)
            const done = `${nameOf(heir)} becomes the owner by accepting it in Share.`
            void change({ offeredTo: heir }, done)
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

interface PersonProps {
  readonly id: string
  readonly name: string
  readonly user: SharedUser
  /** Whether the document is offered to them. */
  readonly isOffered: boolean
  readonly change: ShownAccess['change']
  readonly onOffer: () => void
}

/** Somebody with a role. */
function Person({ id, name, user, isOffered, change, onOffer }: PersonProps) {
  const setRole = (role: string) => {
    if (role === NEW_OWNER) return onOffer()
    const changed = { ...(user.name && { name: user.name }), role } as SharedUser
    void change({ users: { [id]: changed } }, 'Changed.')
  }
  return (
    <li>
      <span title={id}>{name}</span>
      <select
        aria-label={`What ${name} can do`}
        value={user.role}
        onChange={(event) => setRole(event.currentTarget.value)}
      >
        <RoleOptions />
        {!isOffered && <option value={NEW_OWNER}>Offer to be the owner…</option>}
      </select>
      {isOffered && (
        <button
          type="button"
          title={`${name} was asked to become the owner.`}
          aria-label={`Take back the offer to ${name}`}
          onClick={() => void change({ offeredTo: null }, 'The offer was taken back.')}
        >
          Take back offer
        </button>
      )}
      <button
        type="button"
        aria-label={`Remove ${name}`}
        onClick={() => void change({ users: { [id]: null } }, `${name} was removed.`)}
      >
        Remove
      </button>
    </li>
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
    <div className="confirm" role="alertdialog" aria-label={`Offer ${name} the document?`}>
      <p>
        Ask {name} to become the owner? Once they accept, you can still edit, but no longer say who
        has access.
      </p>
      <button ref={cancel} type="button" onClick={onCancel}>
        Cancel
      </button>
      <button type="button" onClick={onConfirm}>
        Ask {name}
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
