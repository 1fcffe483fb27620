import type { Access, SharedUser } from '@whereabouts/client'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import type { ShownAccess } from './useAccess.js'
import { t } from '../language/language.js'

interface PeopleProps {
  readonly access: Access
  /** The names of the users who are in the document now, by id. */
  readonly here: ReadonlyMap<string, string>
  readonly shown: ShownAccess
}

const ROLES = ['viewer', 'commenter', 'editor'] as const
const NEW_OWNER = 'owner'

/** Lists who has access, with what they may do. @see OFFICE.md OF3, OF4, OF36 */
export function People({ access, here, shown: { change } }: PeopleProps) {
  const [heir, setHeir] = useState<string>()
  const users = new Map(Object.entries(access.users ?? {}))
  const nameOf = (id: string) => users.get(id)?.name ?? here.get(id) ?? id
  return (
    <section aria-label={t('share.people')}>
      <h3>{t('share.peopleWithAccess')}</h3>
      <ul>
        {access.owner !== undefined && (
          <li>
            <span title={access.owner}>{nameOf(access.owner)}</span> <em>{t('share.owner')}</em>
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
            const done = t('share.asked', { name: nameOf(heir) })
            void change({ offeredTo: heir }, done)
          }}
        />
      )}
      <AddPerson
        here={[...here].filter(([id]) => id !== access.owner && !users.has(id))}
        onAdd={(id, role) => {
          const name = here.get(id)
          void change({ users: { [id]: { role, ...(name && { name }) } } }, t('share.added'))
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
    void change({ users: { [id]: changed } }, t('share.changed'))
  }
  return (
    <li>
      <span title={id}>{name}</span>
      <select
        aria-label={t('share.roleOf', { name })}
        value={user.role}
        onChange={(event) => setRole(event.currentTarget.value)}
      >
        <RoleOptions />
        {!isOffered && <option value={NEW_OWNER}>{t('share.offerTo')}</option>}
      </select>
      {isOffered && (
        <button
          type="button"
          title={t('share.wasAsked', { name })}
          aria-label={t('share.takeBackFrom', { name })}
          onClick={() => void change({ offeredTo: null }, t('share.takenBack'))}
        >
          {t('share.takeBack')}
        </button>
      )}
      <button
        type="button"
        aria-label={t('share.removePerson', { name })}
        onClick={() => void change({ users: { [id]: null } }, t('share.removedPerson', { name }))}
      >
        {t('common.remove')}
      </button>
    </li>
  )
}

function RoleOptions() {
  return ROLES.map((role) => (
    <option key={role} value={role}>
      {t(`share.role.${role}`)}
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
    <div className="confirm" role="alertdialog" aria-label={t('share.offerQuestion', { name })}>
      <p>{t('share.askQuestion', { name })}</p>
      <button ref={cancel} type="button" onClick={onCancel}>
        {t('common.cancel')}
      </button>
      <button type="button" onClick={onConfirm}>
        {t('share.ask', { name })}
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
        placeholder={t('share.userId')}
        aria-label={t('share.userIdToAdd')}
      />
      <datalist id="here">
        {here.map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </datalist>
      <select name="role" aria-label={t('share.roleToAdd')} defaultValue="editor">
        <RoleOptions />
      </select>
      <button type="submit">{t('share.add')}</button>
    </form>
  )
}
