import {
  CHART_COLORS,
  CHART_KINDS,
  CHART_LIMITS,
  DIRECTIONS,
  LEGENDS,
} from '@whereabouts/univer/charts'
import {
  type ChangeEvent,
  type KeyboardEvent,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { printRange, readRange } from './range-text.js'
import type { SheetCharts, Selected } from './charts.js'
import { colorAt } from './options.js'
import { TEXTS } from './texts.js'

interface ChartPanelProps {
  readonly charts: SheetCharts
  readonly onClose: () => void
}

/** Edits the selected chart; each choice takes effect at once, for everybody. @see OFFICE.md SH205 */
export function ChartPanel({ charts, onClose }: ChartPanelProps) {
  const selected = useSyncExternalStore(charts.subscribe, () => charts.selected)
  const first = useRef<HTMLSelectElement>(null)
  useLayoutEffect(() => first.current?.focus(), [])
  if (selected === null || !charts.canEdit) return null
  const { chart } = selected
  return (
    <aside className="chart-panel" aria-label={TEXTS.panel}>
      <header>
        <h2>{TEXTS.panel}</h2>
        <button type="button" onClick={onClose}>
          {TEXTS.close}
        </button>
      </header>
      <label>
        {TEXTS.kind}
        <select
          ref={first}
          value={chart.kind}
          onChange={({ target }) => {
            const kind = CHART_KINDS.find((known) => known === target.value)
            if (kind !== undefined) charts.change({ kind })
          }}
        >
          {CHART_KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {TEXTS.kinds[kind]}
            </option>
          ))}
        </select>
      </label>
      <Title key={`title ${chart.id}`} charts={charts} title={chart.title} />
      <Range key={`range ${chart.id}`} charts={charts} selected={selected} />
      <Choices charts={charts} selected={selected} />
      <Colors charts={charts} selected={selected} />
      <footer>
        <button type="button" onClick={() => charts.bringToFront()}>
          {TEXTS.toFront}
        </button>
        <button type="button" className="danger" onClick={() => charts.remove()}>
          {TEXTS.remove}
        </button>
      </footer>
    </aside>
  )
}

interface TitleProps {
  readonly charts: SheetCharts
  readonly title: string
}

function Title({ charts, title }: TitleProps) {
  const field = useTyped(title, (text) => {
    charts.change({ title: text })
    return true
  })
  return (
    <label>
      {TEXTS.title}
      <input {...field} maxLength={CHART_LIMITS.titleCharacters} />
    </label>
  )
}

/**
 * Returns what makes a field one that is written when it is left, or with Enter. While somebody types in it, what others
 * write doesn't replace that.
 *
 * @param write answers `false` to what can't be written, which stays in the field
 */
function useTyped(shown: string, write: (text: string) => boolean) {
  const [typed, setTyped] = useState<string>()
  const end = () => {
    if (typed === undefined || typed === shown || write(typed)) setTyped(undefined)
  }
  return {
    value: typed ?? shown,
    onChange: ({ target }: ChangeEvent<HTMLInputElement>) => setTyped(target.value),
    onBlur: end,
    onKeyDown: ({ key }: KeyboardEvent) => {
      if (key === 'Enter') end()
    },
  }
}

interface SelectedProps {
  readonly charts: SheetCharts
  readonly selected: Selected
}

function Range({ charts, selected: { chart, sheet } }: SelectedProps) {
  const shown = chart.range === null ? '' : printRange(chart.range, sheet, charts.shared)
  const rangeIn = (text: string) => readRange(text, sheet, charts.shared)
  const field = useTyped(shown, (text) => {
    const range = rangeIn(text)
    if (range !== undefined) charts.change({ range })
    return range !== undefined
  })
  const isWrong = rangeIn(field.value) === undefined
  return (
    <label>
      {TEXTS.range}
      <input
        {...field}
        spellCheck={false}
        aria-invalid={isWrong}
        aria-describedby="chart-range-fault"
      />
      <output id="chart-range-fault" className="fault">
        {isWrong ? TEXTS.notARange : ''}
      </output>
    </label>
  )
}

function Choices({ charts, selected: { chart } }: SelectedProps) {
  const canStack = chart.kind === 'column' || chart.kind === 'bar' || chart.kind === 'line'
  return (
    <>
      <label>
        {TEXTS.direction}
        <select
          value={chart.by}
          onChange={({ target }) => {
            const by = DIRECTIONS.find((known) => known === target.value)
            if (by !== undefined) charts.change({ by })
          }}
        >
          {DIRECTIONS.map((by) => (
            <option key={by} value={by}>
              {TEXTS.directions[by]}
            </option>
          ))}
        </select>
      </label>
      <label>
        {TEXTS.legend}
        <select
          value={chart.legend}
          onChange={({ target }) => {
            const legend = LEGENDS.find((known) => known === target.value)
            if (legend !== undefined) charts.change({ legend })
          }}
        >
          {LEGENDS.map((legend) => (
            <option key={legend} value={legend}>
              {TEXTS.legends[legend]}
            </option>
          ))}
        </select>
      </label>
      {canStack && (
        <label className="inline">
          <input
            type="checkbox"
            checked={chart.isStacked}
            onChange={({ target }) => charts.change({ isStacked: target.checked })}
          />
          {TEXTS.stacked}
        </label>
      )}
    </>
  )
}

function Colors({ charts, selected: { chart, shown } }: SelectedProps) {
  const names = shown?.names.slice(0, CHART_LIMITS.series) ?? []
  if (names.length === 0) return null
  return (
    <fieldset>
      <legend>{TEXTS.colors}</legend>
      {names.map((name, at) => {
        const color = colorAt(chart, at)
        return (
          <label key={name} className="inline">
            <span className="swatch" style={{ background: `var(--shade-${color})` }} />
            <span className="name">{name}</span>
            <select
              value={color}
              aria-label={TEXTS.colorOf(name)}
              onChange={({ target }) => {
                const chosen = CHART_COLORS.find((known) => known === target.value)
                if (chosen !== undefined) charts.change({ color: [at, chosen] })
              }}
            >
              {CHART_COLORS.map((each) => (
                <option key={each} value={each}>
                  {TEXTS.colorNames[each]}
                </option>
              ))}
            </select>
          </label>
        )
      })}
    </fieldset>
  )
}
