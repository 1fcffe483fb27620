import type { Doc } from 'yjs'
import { observeName, readName } from './document-name.js'
import { postTitle } from './home/lists/calls.js'
import { isViewLink, type DocumentRoute } from './route.js'
import type { Session } from './session.js'

/** What is typed is said once, when it rests. */
const REST_MS = 1_500

/**
 * Says what the document is called, for the lists of those who may read it: when it is opened by somebody who may edit it,
 * and whenever that changes. Only what is stored has a place in lists.
 *
 * @see OFFICE.md HM21
 */
export function sayTitle(session: Session, { room, kind }: DocumentRoute): void {
  if (isViewLink(room)) return
  let said: string | undefined | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let observed: { readonly doc: Doc; readonly stop: () => void } | undefined

  const say = async () => {
    timer = undefined
    if (!isStored(session)) return
    const name = readName(session.doc, room)
    if (name === said) return
    const before = said
    said = name
    // The next change says it again.
    await postTitle(room, name, kind).catch(() => void (said = before))
  }
  const look = () => {
    if (observed?.doc !== session.doc) {
      observed?.stop()
      observed = { doc: session.doc, stop: observeName(session.doc, look) }
    }
    if (!isStored(session) || readName(session.doc, room) === said) return
    clearTimeout(timer)
    timer = setTimeout(() => void say(), REST_MS)
  }
  session.subscribe(look)
  look()
}

/** Whether the server has this document, and its user may name it. */
function isStored({ canEdit, document, doc }: Session): boolean {
  return canEdit && document.getSnapshot().saving === 'saved' && doc.store.clients.size > 0
}
