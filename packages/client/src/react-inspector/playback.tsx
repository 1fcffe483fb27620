import { type ReactNode, useEffect, useId, useMemo, useState } from 'react'
import { changesOf } from '../recording/changes.js'
import type { DocumentPath } from '../recording/document-json.js'
import { type Moment, RecordingPlayer } from '../recording/player.js'
import type { Recording } from '../recording/read.js'
import { DocumentTree } from './document.js'
import { Members, placesOf } from './members.js'
import { clock, shortJson, useTexts } from './shown.js'

interface PlaybackProps {
  readonly recording: Recording
  readonly onClose: () => void
}

/** How many changes of a part are listed. */
const MOST_CHANGES = 200
const STEP_MS = 100

/** A recording at one time, which a slider sets. @see PROTOCOL.md IN15, IN16 */
export function Playback({ recording, onClose }: PlaybackProps): ReactNode {
  const texts = useTexts()
  const player = useMemo(() => new RecordingPlayer(recording), [recording])
  const [atMs, setAtMs] = useState(0)
  const [path, setPath] = useState<DocumentPath>()
  const moment = player.at(atMs)
  const { events, durationMs, damagedLine, room, startedAtMs } = recording
  const toEvent = (count: number) => setAtMs(events[count - 1]?.atMs ?? 0)
  const running = useRunning(atMs, durationMs, setAtMs)
  return (
    <section className="whereabouts-playback" aria-label={texts.playBack}>
      <p>
        {room}, <time dateTime={isoOf(startedAtMs)}>{new Date(startedAtMs).toLocaleString()}</time>
      </p>
      {damagedLine !== null && <p role="alert">{texts.damaged(damagedLine)}</p>}
      <Slider atMs={atMs} durationMs={durationMs} moment={moment} onMove={setAtMs} />
      <div className="whereabouts-controls">
        <button type="button" onClick={() => toEvent(before(moment.count, recording, atMs))}>
          {texts.earlier}
        </button>
        <button type="button" onClick={() => toEvent(Math.min(moment.count + 1, events.length))}>
          {texts.later}
        </button>
        <button type="button" aria-pressed={running.isRunning} onClick={running.toggle}>
          {texts.playBack}
        </button>
        <button type="button" onClick={onClose}>
          {texts.closePlayer}
        </button>
      </div>
      <Members members={moment.members} />
      <h3>{texts.document}</h3>
      <DocumentTree document={moment.document} onChoose={setPath} />
      {path !== undefined && <Changes {...{ recording, path }} onChoose={setAtMs} />}
    </section>
  )
}

interface SliderProps {
  readonly atMs: number
  readonly durationMs: number
  readonly moment: Moment
  readonly onMove: (atMs: number) => void
}

function Slider({ atMs, durationMs, moment, onMove }: SliderProps) {
  const texts = useTexts()
  const id = useId()
  const event = moment.event?.event ?? texts.beginning
  const text = texts.position(clock(atMs), clock(durationMs), event)
  return (
    <div className="whereabouts-controls">
      <label htmlFor={id}>{texts.time}</label>
      <input
        id={id}
        type="range"
        min={0}
        max={durationMs}
        step={1}
        value={atMs}
        aria-valuetext={text}
        onChange={({ target }) => onMove(Number(target.value))}
      />
      <output htmlFor={id}>{text}</output>
    </div>
  )
}

interface ChangesProps {
  readonly recording: Recording
  readonly path: DocumentPath
  readonly onChoose: (atMs: number) => void
}

/** When a part of the document changed, and who was where then. */
function Changes({ recording, path, onChoose }: ChangesProps) {
  const texts = useTexts()
  const changes = useMemo(() => {
    // A player of its own, since the one on show doesn't go back and forth.
    const player = new RecordingPlayer(recording)
    const latest = changesOf(recording, path).slice(-MOST_CHANGES)
    return latest.map((change) => ({ ...change, members: player.after(change.count).members }))
  }, [recording, path])
  return (
    <section aria-label={texts.changesOf(path.join(' / '))}>
      <h3>{texts.changesOf(path.join(' / '))}</h3>
      {changes.length === 0 && <p>{texts.noChanges}</p>}
      <ol className="whereabouts-changes">
        {changes.map(({ atMs, count, value, members }) => (
          <li key={count}>
            <button type="button" onClick={() => onChoose(atMs)}>
              {clock(atMs)}
            </button>{' '}
            <code>{value === undefined ? texts.gone : shortJson(value)}</code>{' '}
            <span>{placesOf(members, texts.nowhere)}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}

/** Moves on with the time, until the end. */
function useRunning(atMs: number, durationMs: number, onMove: (atMs: number) => void) {
  const [isRunning, setRunning] = useState(false)
  useEffect(() => {
    if (!isRunning) return
    const timer = setTimeout(() => {
      onMove(Math.min(durationMs, atMs + STEP_MS))
      if (atMs + STEP_MS >= durationMs) setRunning(false)
    }, STEP_MS)
    return () => clearTimeout(timer)
  }, [isRunning, atMs, durationMs, onMove])
  const toggle = () => {
    if (!isRunning && atMs >= durationMs) onMove(0)
    setRunning(!isRunning)
  }
  return { isRunning, toggle }
}

/** Returns how many events had happened before those of this time. */
function before(count: number, { events }: Recording, atMs: number): number {
  let earlier = count
  while (earlier > 0 && events[earlier - 1]!.atMs >= atMs) earlier -= 1
  return earlier
}

function isoOf(ms: number): string | undefined {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}
