import { initials } from '@whereabouts/client/react'
import { BASE } from '../base.js'
import type { SignedIn } from '../identity.js'
import { forgetUser } from '../last-user.js'
import { paint } from './paint.js'

interface AccountProps {
  readonly user: SignedIn
  readonly color: string
  /** Whether this server can end the session. */
  readonly canSignOut: boolean
}

/** Shows who is signed in, and a way to sign out. @see OFFICE.md OP32 */
export function Account({ user, color, canSignOut }: AccountProps) {
  const name = nameOf(user)
  return (
    <>
      <button
        type="button"
        className="avatar own"
        style={paint(color)}
        popoverTarget="account"
        title={`${name} (you)`}
        aria-label={`${name} (you): account`}
      >
        {initials(name)}
      </button>
      <section id="account" className="everybody" popover="auto" aria-label="Account">
        <p className="signed-in">
          Signed in as <strong>{name}</strong>
        </p>
        {canSignOut && (
          <form
            method="post"
            action={`${BASE}logout`}
            onSubmit={() => forgetUser(() => localStorage)}
          >
            <p className="stays">
              This browser has copies of documents that you opened, and keeps them after you sign
              out. <a href={BASE}>Home</a> can remove them.
            </p>
            <button type="submit" className="person">
              Sign out
            </button>
          </form>
        )}
      </section>
    </>
  )
}

/** @example nameOf({ id: 'ann' }) // 'ann' */
function nameOf({ id, name }: SignedIn): string {
  return name ?? id
}
