import { type ReactNode, useEffect, useId, useMemo, useSyncExternalStore } from 'react'
import { useSnapshotOf } from '../react/context.js'
import { useNearestRoom } from '../react/room-provider.js'
import type { AnyRoom } from '../room.js'
import type { RoomSnapshot } from '../store.js'
import { DocumentTree } from './document.js'
import { Events } from './events.js'
import { Members, Notes } from './members.js'
import { Recorder, RecordingPlayback } from './recorder.js'
import { Texts, useTexts } from './shown.js'
import { Tap, type TapState } from './tap.js'
import { type InspectorTexts, TEXTS } from './texts.js'
import { useInspection } from './use-inspection.js'

/** What `Inspector` takes. All of it may be left out. */
export interface InspectorProps {
  /** @default the room of the nearest `RoomProvider` */
  readonly room?: Pick<AnyRoom, 'getSnapshot' | 'subscribe'>
  /** What it says, in place of English. */
  readonly texts?: Partial<InspectorTexts>
}

/**
 * Shows what goes on in a room: its members, with transports and latencies for those who may `manage` it, the events as
 * they come, and the document as JSON. Records all of that, and plays recordings back. It reads a stream of its own, as a
 * viewer, so others see one more who watches.
 *
 * @example {import.meta.env.DEV && <Inspector />}
 * @see PROTOCOL.md IN9
 */
export function Inspector({ room: given, texts }: InspectorProps): ReactNode {
  const said = useMemo(() => ({ ...TEXTS, ...texts }), [texts])
  const room = useNearestRoom(given)
  const tap = useMemo(() => new Tap(room), [room])
  useEffect(() => tap.start(), [tap])
  const state = useSyncExternalStore(tap.subscribe, tap.getSnapshot, tap.getSnapshot)
  return (
    <Texts.Provider value={said}>
      <section className="whereabouts-inspector" aria-label={said.inspector}>
        <output>{statusOf(state, said)}</output>
        <MembersNow room={room} state={state} />
        <Section title={said.recording}>
          <Recorder
            isLive={state.isLive}
            recording={state.recording}
            onBegin={tap.record}
            onStop={tap.stopRecording}
          />
          <RecordingPlayback recorded={state.recording} />
        </Section>
        <Section title={said.events}>
          <Events events={state.events} />
        </Section>
        <Section title={said.document}>
          <DocumentTree document={state.document} />
        </Section>
      </section>
    </Texts.Provider>
  )
}

/** Plays recordings back, without a room. @example <RecordingViewer /> */
export function RecordingViewer({ texts }: Pick<InspectorProps, 'texts'>): ReactNode {
  const said = useMemo(() => ({ ...TEXTS, ...texts }), [texts])
  return (
    <Texts.Provider value={said}>
      <div className="whereabouts-inspector">
        <RecordingPlayback />
      </div>
    </Texts.Provider>
  )
}

interface NowProps {
  readonly room: Pick<AnyRoom, 'getSnapshot' | 'subscribe'>
  readonly state: TapState
}

function MembersNow({ room, state }: NowProps) {
  const texts = useTexts()
  const mayManage = useSnapshotOf(room, managesIn)
  const inspection = useInspection(room, mayManage)
  const { members, watching } = state.room
  return (
    <Section title={texts.members}>
      <p>{texts.watching(watching)}</p>
      <Members members={[...members.values()]} inspection={inspection} />
      {inspection !== undefined && <Notes inspection={inspection} />}
      {!mayManage && <p>{texts.noRights}</p>}
    </Section>
  )
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId()
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  )
}

const managesIn = ({ can }: RoomSnapshot): boolean => can?.includes('manage') ?? false

function statusOf({ problem, isLive }: TapState, { live, connecting }: InspectorTexts): string {
  if (problem !== null) return problem.detail
  return isLive ? live : connecting
}
