import { LexicalCollaboration } from '@lexical/react/LexicalCollaborationContext'
import { CollaborationPlugin } from '@lexical/react/LexicalCollaborationPlugin'
import { LexicalComposer } from '@lexical/react/LexicalComposer'
import { ContentEditable } from '@lexical/react/LexicalContentEditable'
import { LexicalErrorBoundary } from '@lexical/react/LexicalErrorBoundary'
import { RichTextPlugin } from '@lexical/react/LexicalRichTextPlugin'
import type { Provider } from '@lexical/yjs'
import { createRoot } from 'react-dom/client'
import type { Open } from '../shared.js'

const config = {
  namespace: 'shared',
  // The document is the content; the plugin asks for no other.
  editorState: null,
  onError: (error: Error) => reportError(error),
}

export const open: Open = (element, { doc, provider, user }) => {
  const root = createRoot(element)
  // The plugin shows what comes after it has connected the provider, and nothing that is there before.
  provider.on('reload', () => location.reload())
  root.render(
    <LexicalCollaboration>
      <LexicalComposer initialConfig={config}>
        <RichTextPlugin
          contentEditable={<ContentEditable />}
          ErrorBoundary={LexicalErrorBoundary}
        />
        <CollaborationPlugin
          id="page"
          providerFactory={(id, documents) => {
            documents.set(id, doc)
            // Its states have the fields of Lexical, which only Lexical's own type names.
            return provider as unknown as Provider
          }}
          username={user.name}
          cursorColor={user.color}
          shouldBootstrap
        />
      </LexicalComposer>
    </LexicalCollaboration>,
  )
  return () => root.unmount()
}
