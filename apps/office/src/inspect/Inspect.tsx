import '@whereabouts/client/inspector.css'
import './inspect.css'
import { joinRoom, type Room } from '@whereabouts/client'
import { useSnapshotOf } from '@whereabouts/client/react'
import { Inspector, RecordingViewer } from '@whereabouts/client/react-inspector'
import { createRoot } from 'react-dom/client'
import { BASE } from '../base.js'
import { INSPECT_TEXTS } from './texts.js'

/** Shows what goes on in a room to whoever may manage it. @see OFFICE.md IN20 */
export function showInspector(page: HTMLElement, name: string): void {
  document.title = `${INSPECT_TEXTS.title(name)} · whereabouts`
  const room = joinRoom({ url: BASE, room: name, watch: true })
  createRoot(page).render(<Inspect name={name} room={room} />)
}

function Inspect({ name, room }: { readonly name: string; readonly room: Room }) {
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
        <h2>{INSPECT_TEXTS.title(name)}</h2>
        <Content room={room} />
      </main>
    </>
  )
}

function Content({ room }: { readonly room: Room }) {
  const view = useSnapshotOf(room, ({ can, status }) => {
    if (can?.includes('manage') === true && status !== 'closed') return 'inspector'
    return can === null && status !== 'closed' ? 'connecting' : 'refused'
  })
  if (view === 'inspector') return <Inspector room={room} />
  if (view === 'connecting') return <output>{INSPECT_TEXTS.connecting}</output>
  return (
    <>
      <p role="alert">{INSPECT_TEXTS.refused}</p>
      <RecordingViewer />
    </>
  )
}
