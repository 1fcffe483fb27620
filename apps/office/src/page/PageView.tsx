import { useEffect, useState, useSyncExternalStore, type ComponentType } from 'react'
import type { Content } from '../content.js'
import type { Session } from '../session.js'
import type { PageEditorProps } from './PageEditor.js'
import { t } from '../language/language.js'

interface PageViewProps {
  readonly session: Session
  readonly onOpen: (content: Content) => void
}

/** Renders the page, and loads its heavy part, the editor, on demand. */
export function PageView({ session, onOpen }: PageViewProps) {
  const [editor, setEditor] = useState<ComponentType<PageEditorProps> | 'failed' | null>(null)
  const { isThere } = useSyncExternalStore(session.document.subscribe, session.document.getSnapshot)
  // Watching and joining use different connections, each with its own cursors.
  const provider = useSyncExternalStore(session.subscribe, () => session.provider)
  const doc = useSyncExternalStore(session.document.subscribe, () => session.doc)

  useEffect(() => {
    import('./PageEditor.js').then(
      ({ PageEditor }) => setEditor(() => PageEditor),
      (error: unknown) => {
        setEditor('failed')
        throw error
      },
    )
  }, [])

  const Editor = typeof editor === 'function' && isThere ? editor : null
  return (
    <main
      className="page"
      aria-label={t('common.kind', { kind: 'page' })}
      aria-busy={Editor === null && editor !== 'failed'}
    >
      {editor === 'failed' && (
        <p className="loading">
          {t('page.failed')} <a href={location.href}>{t('common.tryAgain')}</a>
        </p>
      )}
      {Editor === null && editor !== 'failed' && <p className="loading">{t('page.loading')}</p>}
      {Editor !== null && (
        <Editor session={session} provider={provider} doc={doc} onOpen={onOpen} />
      )}
    </main>
  )
}
