import { type ChangeEvent, type ReactNode, useId, useState } from 'react'
import { MOST_BYTES } from '../recording/format.js'
import { readRecording, type Recording, RecordingError } from '../recording/read.js'
import type { RecordingState } from './live-recording.js'
import { Playback } from './playback.js'
import { useTexts } from './shown.js'
import type { InspectorTexts } from './texts.js'

/** Opens a file with a recording, and plays it back. */
export function RecordingPlayback({
  recorded,
}: {
  readonly recorded?: RecordingState | null
}): ReactNode {
  const texts = useTexts()
  const id = useId()
  const [recording, setRecording] = useState<Recording>()
  const [problem, setProblem] = useState<string>()
  const play = (read: () => Recording) => {
    try {
      setRecording(read())
      setProblem(undefined)
    } catch (error) {
      setRecording(undefined)
      setProblem(sentenceOf(error, texts))
    }
  }
  const open = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const [file] = target.files ?? []
    if (file === undefined) return
    const text = file.size > MOST_BYTES ? undefined : await file.text().catch(() => null)
    if (text === null) setProblem(texts.unreadable)
    else play(() => readRecording(text ?? tooLarge()))
    // So that the same file can be opened again.
    target.value = ''
  }
  return (
    <>
      <div className="whereabouts-controls">
        {recorded && !recorded.isRunning && (
          <button type="button" onClick={() => play(() => readRecording(recorded.text()))}>
            {texts.playBack}
          </button>
        )}
        <label htmlFor={id}>{texts.open}</label>
        <input id={id} type="file" accept=".ndjson" onChange={(event) => void open(event)} />
      </div>
      {problem !== undefined && <p role="alert">{problem}</p>}
      {recording !== undefined && (
        <Playback recording={recording} onClose={() => setRecording(undefined)} />
      )}
    </>
  )
}

interface RecorderProps {
  readonly isLive: boolean
  readonly recording: RecordingState | null
  readonly onBegin: () => void
  readonly onStop: () => void
}

/** Records what comes, and offers it as a file. */
export function Recorder({ isLive, recording, onBegin, onStop }: RecorderProps): ReactNode {
  const texts = useTexts()
  const isRunning = recording?.isRunning === true
  return (
    <>
      <div className="whereabouts-controls">
        {isRunning ? (
          <button type="button" onClick={onStop}>
            {texts.stop}
          </button>
        ) : (
          <button type="button" disabled={!isLive} onClick={onBegin}>
            {texts.record}
          </button>
        )}
        {recording && !isRunning && (
          <button type="button" onClick={() => download(recording)}>
            {texts.download}
          </button>
        )}
        <output>
          {recording && texts.recorded(recording.events, Math.ceil(recording.bytes / 1_024))}
        </output>
      </div>
      {recording?.isFull === true && <p role="alert">{texts.full}</p>}
    </>
  )
}

function download({ text, room, startedAtMs }: RecordingState): void {
  const url = URL.createObjectURL(new Blob([text()], { type: 'application/x-ndjson' }))
  const link = document.createElement('a')
  link.href = url
  const at = new Date(startedAtMs).toISOString().slice(0, 19).replaceAll(':', '-')
  link.download = `${room}-${at}.ndjson`
  link.click()
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** A file that is too large isn't read. */
function tooLarge(): never {
  throw new RecordingError('too-large')
}

function sentenceOf(error: unknown, { faults, unreadable }: InspectorTexts): string {
  return error instanceof RecordingError ? faults[error.fault] : unreadable
}
