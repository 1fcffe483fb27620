import { Editor } from '@tiptap/core'
import type { Member } from '@whereabouts/client'
import type { Content } from '../content.js'
import type { Session } from '../session.js'
import { repaintCarets } from './caret.js'
import { Cursors, type Cursor } from './cursors.js'
import { pageExtensions } from './extensions.js'
import { keepReadable } from './fragment.js'
import { keepPlace, takePlace } from './last-place.js'
import { mirror } from './mirror.js'
import { describePosition, positionOf, positionOfCursor } from './places.js'

/** An open page. */
export interface OpenPage {
  readonly editor: Editor
  readonly content: Content
  close(): void
}

/** How to open a page. */
export interface OpenPageOptions {
  readonly session: Session
  /** Where the editor goes. */
  readonly paper: HTMLElement
  /** Told why an image can't be taken. */
  readonly refused: (why: string) => void
}

// Where somebody is brought into sight, there is text around it.
const MARGIN_PX = 80

/**
 * Opens the page of the session's room: to be written in, or, by those who may not, to be read.
 *
 * @see PROTOCOL.md PG14
 */
export function openPage({ session, paper, refused }: OpenPageOptions): OpenPage {
  const copy = session.canEdit ? null : mirror(session.doc)
  const doc = copy?.doc ?? session.doc
  const stopCleaning = keepReadable(doc)
  const { awareness } = session.provider
  const cursors = new Cursors(awareness)
  const editor = new Editor({
    element: paper,
    editable: session.canEdit,
    extensions: pageExtensions({ doc, cursors, refused }),
    editorProps: {
      attributes: {
        'aria-label': 'Page',
        'aria-multiline': 'true',
        role: 'textbox',
        class: 'text',
      },
    },
  })
  if (session.canEdit) beginWriting(editor, takePlace(session.name))
  const stopKeeping = keepPlace(session.name, awareness)
  const repaint = () => repaintCarets(paper, cursors.getStates())
  awareness.on('change', repaint)
  return {
    editor,
    content: pageContent(editor, paper),
    close() {
      awareness.off('change', repaint)
      stopKeeping()
      editor.destroy()
      stopCleaning()
      copy?.close()
    },
  }
}

/** Where one was before a reload, else at the beginning, unless the keyboard is elsewhere. */
function beginWriting(editor: Editor, place: Cursor | undefined): void {
  const at = place === undefined ? undefined : positionOfCursor(place, editor.state)
  // On a phone it would open the keyboard over half of the page.
  const isAsked =
    document.activeElement !== document.body || matchMedia('(pointer: coarse)').matches
  if (at !== undefined) editor.chain().setTextSelection(at).scrollIntoView().run()
  if (!isAsked) editor.commands.focus()
}

function pageContent(editor: Editor, paper: HTMLElement): Content {
  const scroller = () => paper.closest<HTMLElement>('.scroller')
  const bring = (member: Member, isInSight: (above: number, below: number) => boolean) => {
    const at = positionOf(member, editor.state)
    const frame = scroller()?.getBoundingClientRect()
    if (at === undefined || frame === undefined) return
    const place = editor.view.coordsAtPos(at)
    if (isInSight(place.top - frame.top, frame.bottom - place.bottom)) return
    scroller()?.scrollBy({ top: (place.top + place.bottom - frame.top - frame.bottom) / 2 })
  }
  return {
    where(member) {
      const at = positionOf(member, editor.state)
      return at === undefined ? undefined : describePosition(editor.state.doc, at)
    },
    show: (member) => bring(member, () => false),
    follow: (member) => bring(member, (above, below) => above > MARGIN_PX && below > MARGIN_PX),
    focus: () => void editor.commands.focus(),
    subscribe(listener) {
      return onChange(editor, listener)
    },
  }
}

/** Calls back, once a frame of the browser, when the text has changed. */
function onChange(editor: Editor, listener: () => void): () => void {
  let frame: number | undefined
  const tell = () => {
    frame = undefined
    listener()
  }
  const wait = ({ transaction }: { readonly transaction: { readonly docChanged: boolean } }) => {
    if (transaction.docChanged) frame ??= requestAnimationFrame(tell)
  }
  editor.on('transaction', wait)
  return () => {
    editor.off('transaction', wait)
    if (frame !== undefined) cancelAnimationFrame(frame)
  }
}
