import type { Access, LinkGives, Member } from '@whereabouts/client'
import { useSnapshotOf } from '@whereabouts/client/react'
import { useEffect, useRef, useState } from 'react'
import { addressOf, type DocumentRoute } from '../route.js'
import type { Session } from '../session.js'
import { People } from './People.js'
import { type ShownAccess, useAccess } from './useAccess.js'
import { t } from '../language/language.js'

interface ShareDialogProps {
  readonly session: Session
  readonly route: DocumentRoute
  readonly onClose: () => void
}

const GIVES: readonly LinkGives[] = ['nothing', 'view', 'comment', 'edit']

/** Shows who has access, and changes it; open while mounted. @see OFFICE.md OF2, OF3 */
export function ShareDialog({ session, route, onClose }: ShareDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const { can } = useSnapshotOf(session)
  const [said, say] = useState('')
  useEffect(() => dialog.current?.showModal(), [])

  return (
    <dialog ref={dialog} className="share-dialog" aria-labelledby="share" onClose={onClose}>
      <h2 id="share">{t('share.title')}</h2>
      {/* Loaded again when the user may do something else. */}
      <Contents key={can?.join(' ')} session={session} route={route} say={say} />
      <output className="said">{said}</output>
      <div className="actions">
        <button type="button" className="primary" onClick={() => dialog.current?.close()}>
          {t('share.done')}
        </button>
      </div>
    </dialog>
  )
}

interface ContentsProps extends Omit<ShareDialogProps, 'onClose'> {
  readonly say: (text: string) => void
}

function Contents({ session, route, say }: ContentsProps) {
  const { members } = useSnapshotOf(session)
  const shown = useAccess(route.room, say)
  const { access, offer } = shown.answer ?? {}
  const users = usersIn(members)
  return (
    <>
      {offer && (
        <OfferSection from={offer.from && (users.get(offer.from) ?? offer.from)} shown={shown} />
      )}
      <OwnLink route={route} shown={shown} />
      {access && <ViewLink route={route} shown={shown} access={access} />}
      {access?.users && <People access={access} here={users} shown={shown} />}
    </>
  )
}

interface OfferProps {
  /** What the owner is called. */
  readonly from: string | undefined
  readonly shown: ShownAccess
}

/** Asks the user to become the owner. @see OFFICE.md OF37 */
function OfferSection({ from, shown: { answerOffer } }: OfferProps) {
  return (
    <section aria-label={t('share.offer')}>
      <p>
        {from === undefined ? t('share.offered') : t('share.offeredBy', { name: from })}{' '}
        {t('share.offerMeans')}
      </p>
      <button type="button" onClick={() => void answerOffer(true)}>
        {t('share.accept')}
      </button>
      <button type="button" onClick={() => void answerOffer(false)}>
        {t('share.refuse')}
      </button>
    </section>
  )
}

interface LinkProps {
  readonly route: DocumentRoute
  readonly shown: ShownAccess
}

/** The link of this window, and what it gives. */
function OwnLink({ route, shown }: LinkProps) {
  const { answer, change } = shown
  const link = answer?.access?.link
  return (
    <section aria-label={t('share.link')}>
      <p>{answer && (link === undefined ? describe(answer) : t('share.linkTo'))}</p>
      {link !== undefined && (
        <select
          aria-label={t('share.linkGives')}
          value={link}
          onChange={(event) =>
            void change({ link: event.currentTarget.value as LinkGives }, t('share.changed'))
          }
        >
          {GIVES.map((gives) => (
            <option key={gives} value={gives}>
              {t(`share.gives.${gives}`)}
            </option>
          ))}
        </select>
      )}
      <button type="button" onClick={() => void copy(urlOf(route), shown.say)}>
        {t('share.copyLink')}
      </button>
    </section>
  )
}

function describe({ can, access }: NonNullable<ShownAccess['answer']>): string {
  if (access !== undefined) return t('share.anyone')
  if (can.includes('write')) return t('share.youEdit')
  return t(can.includes('comment') ? 'share.youComment' : 'share.youView')
}

/** Makes the view link when it is asked for. */
function ViewLink({ route, shown, access }: LinkProps & { readonly access: Access }) {
  const { change, say } = shown
  const copyIt = async () => {
    const { viewLink } = access.viewLink ? access : ((await change({ viewLink: true }, '')) ?? {})
    if (viewLink !== undefined) await copy(urlOf({ ...route, room: viewLink }), say)
  }
  return (
    <section aria-label={t('share.viewLink')}>
      <p>{t(access.users ? 'share.viewLinkMeansSignedIn' : 'share.viewLinkMeans')}</p>
      <button type="button" onClick={() => void copyIt()}>
        {t('share.copyViewLink')}
      </button>
      {access.viewLink !== undefined && (
        <button
          type="button"
          onClick={() => void change({ viewLink: false }, t('share.viewLinkEnded'))}
        >
          {t('share.endViewLink')}
        </button>
      )}
    </section>
  )
}

function urlOf(route: Pick<DocumentRoute, 'kind' | 'room'>): string {
  return location.origin + addressOf(route)
}

async function copy(url: string, say: (text: string) => void): Promise<void> {
  try {
    await navigator.clipboard.writeText(url)
    say(t('share.copied'))
  } catch {
    // The browser forbids it, as on a page without TLS.
    say(t('share.copyThis', { link: url }))
  }
}

function usersIn(members: readonly Member[]): ReadonlyMap<string, string> {
  return new Map(members.map(({ user }) => [user.id, user.name]))
}
