import type { Access, LinkGives, Member } from '@whereabouts/client'
import { useSnapshotOf } from '@whereabouts/client/react'
import { useEffect, useRef, useState } from 'react'
import { addressOf, type DocumentRoute } from '../route.js'
import type { Session } from '../session.js'
import { People } from './People.js'
import { type ShownAccess, useAccess } from './useAccess.js'

interface ShareDialogProps {
  readonly session: Session
  readonly route: DocumentRoute
  readonly onClose: () => void
}

const GIVES: { readonly [gives in LinkGives]: string } = {
  nothing: 'Only people in the list below can open it',
  view: 'Everybody who is signed in can view',
  comment: 'Everybody who is signed in can comment',
  edit: 'Everybody who is signed in can edit',
}

/** Shows who has access, and changes it; open while mounted. @see OFFICE.md OF2, OF3 */
export function ShareDialog({ session, route, onClose }: ShareDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const { can } = useSnapshotOf(session)
  const [said, say] = useState('')
  useEffect(() => dialog.current?.showModal(), [])

  return (
    <dialog ref={dialog} className="share-dialog" aria-labelledby="share" onClose={onClose}>
      <h2 id="share">Share</h2>
      {/* Loaded again when the user may do something else. */}
      <Contents key={can?.join(' ')} session={session} route={route} say={say} />
      <output className="said">{said}</output>
      <div className="actions">
        <button type="button" className="primary" onClick={() => dialog.current?.close()}>
          Done
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
    <section aria-label="Offer">
      <p>
        {from === undefined
          ? 'This document is offered to you.'
          : `${from} offers you this document.`}{' '}
        As its owner you say who has access, and it counts towards your space.
      </p>
      <button type="button" onClick={() => void answerOffer(true)}>
        Become the owner
      </button>
      <button type="button" onClick={() => void answerOffer(false)}>
        Refuse
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
    <section aria-label="Link">
      <p>{answer && (link === undefined ? describe(answer) : 'Link to this document:')}</p>
      {link !== undefined && (
        <select
          aria-label="What the link gives"
          value={link}
          onChange={(event) =>
            void change({ link: event.currentTarget.value as LinkGives }, 'Changed.')
          }
        >
          {Object.entries(GIVES).map(([gives, text]) => (
            <option key={gives} value={gives}>
              {text}
            </option>
          ))}
        </select>
      )}
      <button type="button" onClick={() => void copy(urlOf(route), shown.say)}>
        Copy link
      </button>
    </section>
  )
}

function describe({ can, access }: NonNullable<ShownAccess['answer']>): string {
  if (access !== undefined) return 'Anyone who has this link can edit the document and share it.'
  if (can.includes('write')) return 'You can edit this document.'
  return can.includes('comment') ? 'You can comment on this document.' : 'View only.'
}

/** Makes the view link when it is asked for. */
function ViewLink({ route, shown, access }: LinkProps & { readonly access: Access }) {
  const { change, say } = shown
  const copyIt = async () => {
    const { viewLink } = access.viewLink ? access : ((await change({ viewLink: true }, '')) ?? {})
    if (viewLink !== undefined) await copy(urlOf({ ...route, room: viewLink }), say)
  }
  return (
    <section aria-label="View link">
      <p>
        A view link shows the document to everybody who has it{access.users && ' and is signed in'},
        and lets nobody change anything.
      </p>
      <button type="button" onClick={() => void copyIt()}>
        Copy view link
      </button>
      {access.viewLink !== undefined && (
        <button
          type="button"
          onClick={() => void change({ viewLink: false }, 'The view link no longer works.')}
        >
          End view link
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
    say('Copied.')
  } catch {
    // The browser forbids it, as on a page without TLS.
    say(`Copy this link: ${url}`)
  }
}

function usersIn(members: readonly Member[]): ReadonlyMap<string, string> {
  return new Map(members.map(({ user }) => [user.id, user.name]))
}
