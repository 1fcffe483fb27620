import { initials } from '@whereabouts/client/react'
import { BASE } from '../base.js'
import { inBrowser } from '../guarded-storage.js'
import type { SignedIn } from '../identity.js'
import { forgetUser } from '../last-user.js'
import { paint } from './paint.js'
import { t } from '../language/language.js'

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
        title={t('person.you', { name })}
        aria-label={t('person.youAccount', { name })}
      >
        {initials(name)}
      </button>
      <section id="account" className="everybody" popover="auto" aria-label={t('person.account')}>
        <p className="signed-in">{t('person.signedIn', { name })}</p>
        {canSignOut && (
          <form method="post" action={`${BASE}logout`} onSubmit={() => forgetUser(inBrowser)}>
            <p className="stays">
              {t('person.copiesStay')} <a href={BASE}>{t('person.copiesOnHome')}</a>
            </p>
            <button type="submit" className="person">
              {t('person.signOut')}
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
