import { Editor, getSchema } from '@tiptap/core'
import type { Member } from '@whereabouts/client'
import type { Doc, UndoManager } from 'yjs'
import type { Content } from '../content.js'
import { observeFormat, type Restored } from '@whereabouts/univer/document'
import { carryOver } from '../page-document/carry-over.js'
import { OLD_FIELD } from '../page-document/old-format.js'
import { PageDocument } from '../page-document/page-document.js'
import { makeUndo } from '../page-document/undo.js'
import { blocksOf } from '../page-document/version.js'
import type { Session } from '../session.js'
import type { PageBinding } from './binding.js'
import { bindingOf } from './bound.js'
import { Converter } from './convert.js'
import { Cursors, type Cursor } from './cursors.js'
import { CONTENT, pageExtensions } from './extensions.js'
import { keepPlace, takePlace } from './last-place.js'
import { mirror } from './mirror.js'
import { patchChildren } from './patch.js'
import { describePosition, positionOf } from './places.js'
import { t } from '../language/language.js'

/** An open page. */
export interface OpenPage {
  readonly editor: Editor
  readonly content: Content
  /** Returns where the user is in it. */
  readonly place: Place
  close(): void
}

/** Where a user is in a page that was open. */
export interface Place {
  /** The caret, if the page could be edited. */
  readonly cursor: Cursor | undefined
  readonly scrollTop: number
}

/** Options for opening a page. */
export interface OpenPageOptions {
  readonly session: Session
  /** The element for the editor. */
  readonly paper: HTMLElement
  readonly canEdit: boolean
  /** Where the user was when it was open before, if it was. */
  readonly place: Place | undefined
  /** Called with the reason when an image is refused. */
  readonly refused: (why: string) => void
}

// The space to keep above and below a followed member.
const MARGIN_PX = 80
// The space to keep above and below the user's own caret.
const OWN_MARGIN_PX = 40

/**
 * Opens the page of the session's room for editing, or for reading only. Close it and call it again
 * when that changes, or when the session has another document.
 *
 * @see OFFICE.md PG14, PG51
 */
export function openPage(options: OpenPageOptions): OpenPage {
  const { session, paper, canEdit, place, refused } = options
  const copy = canEdit ? null : mirror(session.doc)
  const opened = openDocument(copy?.doc ?? session.doc)
  const { page } = opened
  const undo = makeUndo(page)
  const { awareness } = session.provider
  const cursors = new Cursors(awareness, session)
  const editor = new Editor({
    element: paper,
    editable: canEdit,
    extensions: pageExtensions({ page, undo, cursors, refused }),
    content: contentOf(page),
    editorProps: {
      scrollThreshold: OWN_MARGIN_PX,
      scrollMargin: OWN_MARGIN_PX,
      attributes: {
        'aria-label': t('common.kind', { kind: 'page' }),
        'aria-multiline': 'true',
        ...(canEdit ? { 'aria-describedby': HINT_ID } : { 'aria-readonly': 'true' }),
        role: 'textbox',
        class: 'text',
      },
    },
  })
  const binding = bindingOf(editor)
  const isBack = place !== undefined
  if (canEdit) beginWriting(editor, binding, place?.cursor ?? takePlace(session.name), isBack)
  if (isBack) scrollerOf(paper)?.scrollTo({ top: place.scrollTop })
  const stopKeeping = keepPlace(session.name, awareness)
  const stopLocking = page.subscribe(() => lock(editor, !canEdit || !page.isKnown))
  return {
    editor,
    content: {
      ...pageContent(editor, binding, paper),
      restore: (version) => (canEdit ? restore(editor, undo, version) : 'refused'),
    },
    get place() {
      const cursor = canEdit ? binding.cursor : place?.cursor
      return { cursor, scrollTop: scrollerOf(paper)?.scrollTop ?? 0 }
    },
    close() {
      stopKeeping()
      stopLocking()
      editor.destroy()
      undo.destroy()
      opened.close()
      copy?.close()
    },
  }
}

/** The id of the hint on how to leave the text by keyboard. @see OFFICE.md PG21 */
export const HINT_ID = 'leave-text'

/** Opens the page in a document: converts an older format first, then keeps the page mended. */
function openDocument(doc: Doc) {
  carryOver(doc)
  const page = new PageDocument(doc)
  if (!page.isKnown) throw new Error('The page is in a newer format.')
  page.mend()
  const old = doc.getXmlFragment(OLD_FIELD)
  const carry = () => carryOver(doc)
  const stop = page.subscribe(() => page.mend())
  old.observeDeep(carry)
  // Converts what was written in the old format while the page's version was unknown.
  const stopFormat = observeFormat(doc, carry)
  return {
    page,
    close() {
      stop()
      old.unobserveDeep(carry)
      stopFormat()
      page.destroy()
    },
  }
}

/** Shows a version in the editor, which writes the difference like any other edit. @see OFFICE.md HY16 */
function restore(editor: Editor, undo: UndoManager, version: Doc): Restored {
  const blocks = editor.isEditable ? blocksOf(version) : undefined
  if (blocks === undefined) return 'refused'
  const { state, view } = editor
  const { tr } = state
  patchChildren(tr, 0, state.doc.children, new Converter(state.schema).toNodes(blocks))
  if (!tr.docChanged) return 'same'
  undo.stopCapturing()
  view.dispatch(tr)
  undo.stopCapturing()
  return 'restored'
}

/** Makes an editor read-only, or editable again. */
function lock(editor: Editor, isLocked: boolean): void {
  if (editor.isEditable === isLocked) editor.setEditable(!isLocked)
}

/** Returns the editor's first content, so that it never shows an empty page by mistake. */
function contentOf(page: PageDocument) {
  const schema = getSchema(CONTENT)
  const nodes = new Converter(schema).toNodes(page.blocks)
  return schema.topNodeType.create(null, [...nodes]).toJSON() as object
}

/**
 * Puts the caret where it was before a reload, and focuses the editor unless something else has the
 * focus.
 */
function beginWriting(
  editor: Editor,
  binding: PageBinding,
  place: Cursor | undefined,
  isBack: boolean,
): void {
  const at = place === undefined ? undefined : binding.positionOf(place.head)
  // On a phone, focusing would open the keyboard over half of the page.
  const isAsked =
    document.activeElement !== document.body || matchMedia('(pointer: coarse)').matches
  if (at !== undefined) editor.commands.setTextSelection(at)
  if (at !== undefined && !isBack) editor.commands.scrollIntoView()
  if (!isAsked) editor.commands.focus(null, { scrollIntoView: !isBack })
}

function pageContent(editor: Editor, binding: PageBinding, paper: HTMLElement): Content {
  const bring = (member: Member, isInSight: (above: number, below: number) => boolean) => {
    const at = positionOf(member, binding)
    const frame = scrollerOf(paper)?.getBoundingClientRect()
    if (at === undefined || frame === undefined) return
    const place = editor.view.coordsAtPos(at)
    if (isInSight(place.top - frame.top, frame.bottom - place.bottom)) return
    scrollerOf(paper)?.scrollBy({ top: (place.top + place.bottom - frame.top - frame.bottom) / 2 })
  }
  return {
    where(member) {
      const at = positionOf(member, binding)
      return at === undefined ? undefined : describePosition(editor.state.doc, at)
    },
    show: (member) => bring(member, () => false),
    follow: (member) => bring(member, (above, below) => above > MARGIN_PX && below > MARGIN_PX),
    // At once: TipTap's own command would later take it from what was opened meanwhile.
    focus: () => editor.view.focus(),
    subscribe(listener) {
      return onChange(editor, listener)
    },
  }
}

const scrollerOf = (paper: HTMLElement) => paper.closest<HTMLElement>('.scroller')

/** Calls back at most once per animation frame after the text has changed. */
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
