import '@whereabouts/client/inspector.css'
import './inspect.css'
import { joinRoom, type Room } from '@whereabouts/client'
import { useSnapshotOf } from '@whereabouts/client/react'
import { Inspector, RecordingViewer } from '@whereabouts/client/react-inspector'
import { createRoot } from 'react-dom/client'
import { BASE } from '../base.js'
import { currentLanguage } from '../language/language.js'
import type { InspectTexts } from './texts.js'

/** Beside the messages that every window loads, as they are those of this view alone. */
const FILES = import.meta.glob<{ readonly texts: InspectTexts }>('./languages/*.ts')

/** Shows what goes on in a room to whoever may manage it. @see OFFICE.md IN20 */
export async function showInspector(page: HTMLElement, name: string): Promise<void> {
  const room = joinRoom({ url: BASE, room: name, watch: true })
  const { texts } = await FILES[`./languages/${currentLanguage().code}.ts`]!()
  document.title = `${texts.title(name)} · whereabouts`
  createRoot(page).render(<Inspect name={name} room={room} texts={texts} />)
}

interface InspectProps {
  readonly name: string
  readonly room: Room
  readonly texts: InspectTexts
}

function Inspect({ name, room, texts }: InspectProps) {
  return (
    <>
      <header className="bar">
        <h1>
          <a className="brand" href={BASE}>
            whereabouts
          </a>
        </h1>
      </header>
      <main className="home inspect">
        <h2>{texts.title(name)}</h2>
        <Content room={room} texts={texts} />
      </main>
    </>
  )
}

function Content({ room, texts }: Omit<InspectProps, 'name'>) {
  const view = useSnapshotOf(room, ({ can, status }) => {
    if (can?.includes('manage') === true && status !== 'closed') return 'inspector'
    return can === null && status !== 'closed' ? 'connecting' : 'refused'
  })
  if (view === 'inspector') return <Inspector room={room} texts={texts.inspector} />
  if (view === 'connecting') return <output>{texts.connecting}</output>
  return (
    <>
      <p role="alert">{texts.refused}</p>
      <RecordingViewer texts={texts.inspector} />
    </>
  )
}
