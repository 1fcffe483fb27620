import {
  compareCells,
  isKnownFormat,
  SHEET_FORMAT,
  SheetDocument,
  type CellData,
  type CellDifference,
  type ComparedCell,
  type SheetSnapshot,
} from '@whereabouts/univer/document'
import { compareCharts, type ComparedChart } from '@whereabouts/univer/charts'
import { useMemo, useState } from 'react'
import type { Doc } from 'yjs'
import type { PreviewProps } from './Preview.js'
import { compareImages, type RemovedImage, type VersionImage } from './sheet-images.js'
import { TEXTS } from './texts.js'
import { copyOf } from './versions.js'

/** More would take long to lay out. */
const MOST_ROWS = 200
const MOST_COLUMNS = 50
const MOST_LISTED = 200

/** A sheet as it was, with the cells that are different in the other version. @see OFFICE.md HY15 */
export function SheetPreview({ shown, other }: PreviewProps) {
  const compared = useMemo(() => compare(shown, other), [shown, other])
  const [open, setOpen] = useState(0)
  const [selected, select] = useState<string | null>(null)
  if (compared === undefined) return <p role="alert">{TEXTS.unreadable('sheet')}</p>
  const { sheets, differences, charts, images, removed } = compared
  const sheet = sheets[open]
  const go = (difference: CellDifference) => {
    const at = sheets.findIndex(({ id }) => id === difference.sheet)
    if (at !== -1) setOpen(at)
    select(keyOf(difference))
  }
  return (
    <div className="sheet-version">
      <Differences
        differences={differences}
        areImages={images.some(({ change }) => change !== undefined) || removed.length > 0}
        selected={selected}
        onSelect={go}
      />
      <ImageDifferences sheets={sheets} images={images} removed={removed} />
      <div role="tablist" aria-label={TEXTS.sheets}>
        {sheets.map(({ id, name }, at) => (
          <button
            key={id}
            type="button"
            role="tab"
            aria-selected={at === open}
            onClick={() => setOpen(at)}
          >
            {name}
          </button>
        ))}
      </div>
      {sheet !== undefined && (
        <Charts charts={charts.get(sheet.id) ?? []} home={sheet.id} sheets={sheets} />
      )}
      {sheet !== undefined && (
        <Cells
          sheet={sheet}
          images={images.filter((each) => each.sheet === sheet.id)}
          differences={differences.filter((each) => each.sheet === sheet.id && each.isShown)}
          selected={selected}
        />
      )}
    </div>
  )
}

interface Compared {
  readonly sheets: readonly SheetSnapshot[]
  readonly differences: readonly CellDifference[]
  readonly images: readonly VersionImage[]
  /** Those that only the other version has. */
  readonly removed: readonly RemovedImage[]
  /** By the id of their sheet. */
  readonly charts: ReadonlyMap<string, readonly ComparedChart[]>
}

function compare(shown: Doc, other: Doc): Compared | undefined {
  if (!isKnownFormat(shown, SHEET_FORMAT) || !isKnownFormat(other, SHEET_FORMAT)) return undefined
  const [now, then] = [copyOf(shown), copyOf(other)]
  const document = new SheetDocument(now)
  const before = new SheetDocument(then)
  const sheets = document.snapshot()
  const comparedImages = compareImages(document, then)
  const charts = new Map(
    sheets.map(({ id }) => [id, compareCharts(document.attached, before.attached, id)]),
  )
  document.destroy()
  before.destroy()
  return { sheets, charts, differences: compareCells(now, then), ...comparedImages }
}

interface ChartsProps {
  readonly charts: readonly ComparedChart[]
  readonly home: string
  readonly sheets: readonly SheetSnapshot[]
}

/** The charts of a sheet. @see OFFICE.md SH210 */
function Charts({ charts, home, sheets }: ChartsProps) {
  if (charts.length === 0) return null
  return (
    <section aria-label={TEXTS.charts}>
      <ul className="version-charts">
        {charts.map(({ chart, state }) => (
          <li key={chart.id} className={state}>
            <strong>{TEXTS.chartKinds[chart.kind]}</strong> {chart.title}{' '}
            {rangeOf(chart.range, home, sheets)}
            {state !== 'same' && <mark>{TEXTS.chartStates[state]}</mark>}
          </li>
        ))}
      </ul>
    </section>
  )
}

function rangeOf(
  range: ComparedChart['chart']['range'],
  home: string,
  sheets: readonly SheetSnapshot[],
): string {
  if (range === null) return TEXTS.noCells
  const { startRow, startColumn, endRow, endColumn } = range.range
  const name = sheets.find(({ id }) => id === range.sheet)?.name ?? ''
  const prefix = range.sheet === home ? '' : `${name}!`
  return `${prefix}${letters(startColumn)}${startRow + 1}:${letters(endColumn)}${endRow + 1}`
}

interface DifferencesProps {
  readonly differences: readonly CellDifference[]
  /** Whether images are different as well. */
  readonly areImages: boolean
  readonly selected: string | null
  readonly onSelect: (difference: CellDifference) => void
}

function Differences({ differences, areImages, selected, onSelect }: DifferencesProps) {
  if (differences.length === 0) return areImages ? null : <p>{TEXTS.same}</p>
  const left = differences.length - MOST_LISTED
  return (
    <details open={differences.length < 10}>
      <summary>{TEXTS.changes(differences.length)}</summary>
      <ul className="differences">
        {differences.slice(0, MOST_LISTED).map((each) => (
          <li key={keyOf(each)}>
            <button
              type="button"
              aria-current={selected === keyOf(each)}
              onClick={() => onSelect(each)}
            >
              <strong>
                {each.name}!{addressOf(each)}
              </strong>{' '}
              <del>{textOf(each.other)}</del> <ins>{textOf(each.shown)}</ins>
            </button>
          </li>
        ))}
        {left > 0 && <li>{TEXTS.moreChanges(left)}</li>}
      </ul>
    </details>
  )
}

interface ImageDifferencesProps {
  readonly sheets: readonly SheetSnapshot[]
  readonly images: readonly VersionImage[]
  readonly removed: readonly RemovedImage[]
}

function ImageDifferences({ sheets, images, removed }: ImageDifferencesProps) {
  const changed = images.filter(({ change }) => change !== undefined)
  if (changed.length + removed.length === 0) return null
  const nameOf = (id: string) => sheets.find((sheet) => sheet.id === id)?.name ?? ''
  return (
    <ul className="differences">
      {changed.map(({ sheet, id, alt, cell: { row, column }, change }) => (
        <li key={`${sheet} ${id}`}>
          <strong>
            {nameOf(sheet)}!{letters(column)}
            {row + 1}
          </strong>{' '}
          {change === 'added' ? TEXTS.imageAdded(alt) : TEXTS.imageChanged(alt)}
        </li>
      ))}
      {removed.map(({ sheet, id, alt }) => (
        <li key={`${sheet} ${id}`}>
          <strong>{nameOf(sheet)}</strong> {TEXTS.imageRemoved(alt)}
        </li>
      ))}
    </ul>
  )
}

interface CellsProps {
  readonly sheet: SheetSnapshot
  readonly images: readonly VersionImage[]
  readonly differences: readonly CellDifference[]
  readonly selected: string | null
}

function Cells({ sheet, images, differences, selected }: CellsProps) {
  const byKey = new Map(differences.map((each) => [keyOf(each), each]))
  const size = sizeOf(sheet, [...differences, ...images.map(({ cell }) => cell)])
  const [rows, columns] = [Math.min(size.rows, MOST_ROWS), Math.min(size.columns, MOST_COLUMNS)]
  return (
    <>
      {(size.rows > rows || size.columns > columns) && <p>{TEXTS.cut(rows, columns)}</p>}
      <div className="cells">
        <table aria-label={sheet.name}>
          <thead>
            <tr>
              <th aria-label={TEXTS.row} />
              {range(columns).map((column) => (
                <th key={column} scope="col">
                  {letters(column)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {range(rows).map((row) => (
              <tr key={row}>
                <th scope="row">{row + 1}</th>
                {range(columns).map((column) => {
                  const key = keyOf({ sheet: sheet.id, row, column })
                  const cell = sheet.cells[row]?.[column] ?? {}
                  return (
                    <Cell
                      key={column}
                      cell={cell}
                      images={images.filter(
                        (image) => image.cell.row === row && image.cell.column === column,
                      )}
                      difference={byKey.get(key)}
                      isSelected={selected === key}
                    />
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

interface CellProps {
  readonly cell: CellData
  /** Those that begin in it. */
  readonly images: readonly VersionImage[]
  readonly difference: CellDifference | undefined
  readonly isSelected: boolean
}

function Cell({ cell, images, difference, isSelected }: CellProps) {
  const text = cell.v === undefined && cell.f === undefined ? '' : textOf(cell)
  const pictures = images.map(({ id, source, alt }) => (
    <img key={id} src={source} alt={alt === '' ? TEXTS.image : alt} />
  ))
  if (difference === undefined)
    return (
      <td>
        {text}
        {pictures}
      </td>
    )
  const other = TEXTS.other(textOf(difference.other))
  return (
    <td
      ref={
        isSelected
          ? (element) => element?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
          : undefined
      }
      className={isSelected ? 'different selected' : 'different'}
      title={other}
    >
      <mark>{text}</mark>
      <span className="unseen"> {other}</span>
      {pictures}
    </td>
  )
}

const range = (count: number): number[] => Array.from({ length: count }, (_, at) => at)

function sizeOf(
  { cells }: SheetSnapshot,
  others: readonly Pick<CellDifference, 'row' | 'column'>[],
): { readonly rows: number; readonly columns: number } {
  let [rows, columns] = [1, 1]
  for (const [row, line] of Object.entries(cells)) {
    rows = Math.max(rows, Number(row) + 1)
    for (const column of Object.keys(line as object))
      columns = Math.max(columns, Number(column) + 1)
  }
  for (const { row, column } of others) {
    rows = Math.max(rows, row + 1)
    columns = Math.max(columns, column + 1)
  }
  return { rows, columns }
}

const keyOf = ({ sheet, row, column }: Pick<CellDifference, 'sheet' | 'row' | 'column'>): string =>
  `${sheet} ${row} ${column}`

const addressOf = ({ row, column }: CellDifference): string => `${letters(column)}${row + 1}`

/** @example letters(27) // 'AB' */
function letters(column: number): string {
  const last = String.fromCharCode(65 + (column % 26))
  return column < 26 ? last : letters(Math.floor(column / 26) - 1) + last
}

function textOf(cell: ComparedCell): string {
  const { v, f, note, link } = cell
  const beside = [
    ...(link === undefined ? [] : [TEXTS.link('url' in link ? link.url : link.place.slice(1))]),
    ...(note === undefined ? [] : [TEXTS.note(note)]),
  ]
  const text = f ?? v
  if (text === undefined && beside.length > 0) return beside.join(' · ')
  return [text === undefined ? TEXTS.empty : String(text), ...beside].join(' · ')
}
