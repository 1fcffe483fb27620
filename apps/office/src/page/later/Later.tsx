import type { Editor } from '@tiptap/core'
import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from 'react'
import { inBrowser } from '../../guarded-storage.js'
import type { Session } from '../../session.js'
import { fitAboveKeyboard } from '../../touch/fit-above-keyboard.js'
import { FOLDS } from '../late-parts.js'
import { FOLD_PART } from './folds.js'
import { usePageMenus } from '../../menus/page-entries.js'
import { BlockHandle } from './BlockHandle.js'
import { Boundary } from './comments/Boundary.js'
import { FileMenu } from './files/FileMenu.js'
import { Formulas } from './math/Formulas.js'
import { FindBar, useFindKeys, type Finding } from './FindBar.js'
import { Footer } from './Footer.js'
import { Outline } from './Outline.js'
import { SelectionBar } from './SelectionBar.js'
import { SlashMenu } from './SlashMenu.js'

/** Most windows have nothing to do with comments at first. */
const Comments = lazy(async () => ({
  default: (await import('./comments/Comments.js')).Comments,
}))

export { ContextTools } from './ContextTools.js'
export { TextTools } from './TextTools.js'

export interface LaterProps {
  readonly editor: Editor
  readonly session: Session
  readonly canEdit: boolean
  /** Called with the reason when a file is refused. */
  readonly refused: (why: string) => void
}

const OUTLINE = 'whereabouts:outline'

/** Renders everything of a page that isn't needed to begin writing. */
export function Later({ editor, session, canEdit, refused }: LaterProps) {
  const [hasOutline, setHasOutline] = useState(wantsOutline)
  const [finding, setFinding] = useState<Finding>(null)
  const mayComment = useSyncExternalStore(session.subscribe, () => isForComments(session))
  const [asked, setAsked] = useState(0)
  const [isAllowed, setAllowed] = useState(false)
  const comment = mayComment && isAllowed ? () => setAsked((before) => before + 1) : undefined
  useFindKeys(canEdit, setFinding)
  useEffect(() => FOLDS.fill(editor, FOLD_PART), [editor])
  useEffect(fitAboveKeyboard, [])
  const show = (isShown: boolean) => {
    setHasOutline(isShown)
    keepOutline(isShown)
  }
  usePageMenus({
    editor,
    session,
    refused,
    comment,
    hasOutline,
    setFinding,
    onOutline: () => show(!hasOutline),
  })
  return (
    <>
      {hasOutline && <Outline editor={editor} onClose={() => show(false)} />}
      <Formulas editor={editor} />
      <FindBar {...{ editor, finding }} onClose={() => setFinding(null)} />
      {canEdit && <SlashMenu editor={editor} />}
      {(canEdit || comment !== undefined) && (
        <SelectionBar editor={editor} canEdit={canEdit} onComment={comment} />
      )}
      {mayComment && (
        <Boundary>
          <Suspense>
            <Comments {...{ editor, session, asked, refused }} allowed={setAllowed} />
          </Suspense>
        </Boundary>
      )}
      {canEdit && <BlockHandle editor={editor} />}
      <Footer
        editor={editor}
        hasOutline={hasOutline}
        onOutline={() => show(!hasOutline)}
        onFind={() => setFinding(canEdit ? 'replace' : 'find')}
      >
        <FileMenu {...{ editor, session, canEdit, refused }} />
      </Footer>
    </>
  )
}

/** Whether the user may comment; without the server, only the copies in this browser say it. @see OFFICE.md PG68 */
function isForComments(session: Session): boolean {
  const { can } = session.getSnapshot()
  return can === null ? session.status === 'reconnecting' : can.includes('comment')
}

/** Whether this browser showed the outline last; on a small screen it would cover the text. */
function wantsOutline(): boolean {
  return inBrowser.getItem(OUTLINE) === 'shown' && !matchMedia('(max-width: 900px)').matches
}

function keepOutline(isShown: boolean): void {
  inBrowser.setItem(OUTLINE, isShown ? 'shown' : 'hidden')
}
