import { type ReactNode, useId, useState } from 'react'
import { short, useTexts } from './shown.js'
import type { TappedEvent } from './tap.js'

interface EventsProps {
  /** Newest first. */
  readonly events: readonly TappedEvent[]
}

/** How many are shown of those that the filter leaves. */
const MOST_SHOWN = 200

/** A list of the events as they come, which can be paused and filtered. @see PROTOCOL.md IN10 */
export function Events({ events }: EventsProps): ReactNode {
  const texts = useTexts()
  const [paused, setPaused] = useState<readonly TappedEvent[] | null>(null)
  const [kind, setKind] = useState('')
  const [text, setText] = useState('')
  const [kindId, textId] = [useId(), useId()]
  const listed = paused ?? events
  const kinds = [...new Set(events.map(({ event }) => event))].toSorted()
  const shown = listed.filter(
    ({ event, data }) => (kind === '' || event === kind) && data.includes(text),
  )
  return (
    <>
      <div className="whereabouts-controls">
        <button
          type="button"
          aria-pressed={paused !== null}
          onClick={() => setPaused(paused === null ? events : null)}
        >
          {texts.pause}
        </button>
        <label htmlFor={kindId}>{texts.kind}</label>
        <select id={kindId} value={kind} onChange={({ target }) => setKind(target.value)}>
          <option value="">{texts.all}</option>
          {kinds.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
        <label htmlFor={textId}>{texts.filter}</label>
        <input
          id={textId}
          type="search"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </div>
      {shown.length === 0 ? (
        <p>{texts.noEvents}</p>
      ) : (
        <ol
          className="whereabouts-scroll whereabouts-events"
          tabIndex={0}
          aria-label={texts.events}
          reversed
        >
          {shown.slice(0, MOST_SHOWN).map((each) => (
            <Line key={each.number} {...each} />
          ))}
        </ol>
      )}
    </>
  )
}

function Line({ atMs, event, id, data }: TappedEvent) {
  return (
    <li title={data}>
      <time dateTime={new Date(atMs).toISOString()}>{timeOf(atMs)}</time> <b>{event}</b>{' '}
      {id !== undefined && <span>{id} </span>}
      <code>{short(data)}</code>
    </li>
  )
}

/** @example timeOf(0) // '00:00:00.000', in Greenwich */
function timeOf(atMs: number): string {
  const at = new Date(atMs)
  const [hours, minutes, seconds] = [at.getHours(), at.getMinutes(), at.getSeconds()].map((each) =>
    String(each).padStart(2, '0'),
  )
  return `${hours}:${minutes}:${seconds}.${String(at.getMilliseconds()).padStart(3, '0')}`
}
