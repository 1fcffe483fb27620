import { useEffect, useMemo, useRef, useState, type FormEvent } from 'react'
import { t } from '../language/language.js'
import type { Pages } from './pages.js'
import { MARGINS, PAPERS, SIZES, sidesOf, type PrintSettings, type PrintSize } from './paper.js'
import { printPages } from './print-pages.js'
import { MOST_PAGES, type SheetPages } from './sheet-pages.js'
import { TEXTS } from './texts.js'

interface PrintDialogProps {
  readonly sheet: SheetPages
  readonly first: PrintSettings
  /** Called with what was printed with, for the next time; without it if nothing was printed. */
  readonly onClose: (settings: PrintSettings | undefined) => void
}

/** Asks how the sheet is to be printed, and shows its pages as they will be. @see OFFICE.md OF92, OF94 */
export function PrintDialog({ sheet, first, onClose }: PrintDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [settings, setSettings] = useState(first)
  const [said, say] = useState('')
  const [isPreparing, setPreparing] = useState(false)
  const isClosed = useRef(false)
  const isPrinted = useRef(false)
  useEffect(() => {
    isClosed.current = false
    dialog.current?.showModal()
    return () => void (isClosed.current = true)
  }, [])
  const all = useMemo(() => sheet.divide(settings), [sheet, settings])
  const problem = problemOf(all)

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (all === undefined || problem !== undefined || isPreparing) return
    setPreparing(true)
    const tell = (done: number) => say(TEXTS.preparing(done, all.count))
    await printPages(sheet, all, settings, tell, () => isClosed.current)
    isPrinted.current = !isClosed.current
    dialog.current?.close()
  }

  return (
    <dialog
      ref={dialog}
      className="given-back print-dialog"
      aria-labelledby="print"
      onClose={() => onClose(isPrinted.current ? settings : undefined)}
    >
      <form
        onSubmit={(event) => {
          submit(event).catch(reportError)
        }}
      >
        <h2 id="print">{TEXTS.title}</h2>
        <Fields
          settings={settings}
          hasSelection={sheet.hasSelection}
          kept={sheet.keptText}
          onChange={(change) => setSettings((before) => ({ ...before, ...change }))}
        />
        <Preview sheet={sheet} all={problem === undefined ? all : undefined} settings={settings} />
        <output className="said">{problem ?? said}</output>
        <div className="actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            {t('common.cancel')}
          </button>
          <button type="submit" className="primary" disabled={problem !== undefined || isPreparing}>
            {TEXTS.print}
          </button>
        </div>
      </form>
    </dialog>
  )
}

function problemOf(all: Pages | undefined): string | undefined {
  if (all === undefined) return TEXTS.nothing
  return all.count > MOST_PAGES ? TEXTS.tooMany(all.count, MOST_PAGES) : undefined
}

interface FieldsProps {
  readonly settings: PrintSettings
  readonly hasSelection: boolean
  /** What the cells are called that were printed the last time, if those weren't all. @example 'A1:D20' */
  readonly kept: string | undefined
  readonly onChange: (change: Partial<PrintSettings>) => void
}

type Paper = PrintSettings['paper']
type Margins = PrintSettings['margins']
const MOST_REPEATED = 100

function Fields({ settings, hasSelection, kept, onChange }: FieldsProps) {
  const { paper, isLandscape, margins, size, area, hasGridLines, hasFooter } = settings
  return (
    <div>
      <Choice
        label={TEXTS.paper}
        value={paper}
        options={(Object.keys(PAPERS) as Paper[]).map((each) => [each, TEXTS.papers[each]])}
        onChange={(value) => onChange({ paper: value })}
      />
      <Orientation isLandscape={isLandscape} onChange={onChange} />
      <Choice
        label={TEXTS.margins}
        value={margins}
        options={(Object.keys(MARGINS) as Margins[]).map((each) => [each, TEXTS.marginSizes[each]])}
        onChange={(value) => onChange({ margins: value })}
      />
      <Choice
        label={TEXTS.size}
        value={String(size)}
        options={SIZES.map((each) => [String(each), sizeText(each)])}
        onChange={(value) => onChange({ size: SIZES.find((each) => String(each) === value)! })}
      />
      <Choice
        label={TEXTS.area}
        value={area}
        options={[
          ['all', TEXTS.all],
          ...(hasSelection ? [['selection', TEXTS.selection] as const] : []),
          ...(kept === undefined ? [] : [['kept', TEXTS.kept(kept)] as const]),
        ]}
        onChange={(value) => onChange({ area: value })}
      />
      <Count
        label={TEXTS.repeatedRows}
        value={settings.repeatedRows}
        onChange={(repeatedRows) => onChange({ repeatedRows })}
      />
      <Count
        label={TEXTS.repeatedColumns}
        value={settings.repeatedColumns}
        onChange={(repeatedColumns) => onChange({ repeatedColumns })}
      />
      <Check
        label={TEXTS.gridLines}
        isChecked={hasGridLines}
        onChange={(isOn) => onChange({ hasGridLines: isOn })}
      />
      <Check
        label={TEXTS.footer}
        isChecked={hasFooter}
        onChange={(isOn) => onChange({ hasFooter: isOn })}
      />
    </div>
  )
}

function Orientation({
  isLandscape,
  onChange,
}: Pick<PrintSettings, 'isLandscape'> & Pick<FieldsProps, 'onChange'>) {
  return (
    <fieldset>
      <legend>{TEXTS.orientation}</legend>
      {[false, true].map((each) => (
        <label key={String(each)}>
          <input
            type="radio"
            name="orientation"
            checked={isLandscape === each}
            onChange={() => onChange({ isLandscape: each })}
          />{' '}
          {each ? TEXTS.landscape : TEXTS.portrait}
        </label>
      ))}
    </fieldset>
  )
}

interface CountProps {
  readonly label: string
  readonly value: number
  readonly onChange: (value: number) => void
}

function Count({ label, value, onChange }: CountProps) {
  return (
    <label>
      {label}
      <input
        type="number"
        min={0}
        max={MOST_REPEATED}
        value={value}
        onChange={({ target }) => onChange(countIn(target.value))}
      />
    </label>
  )
}

const countIn = (text: string): number =>
  Math.min(MOST_REPEATED, Math.max(0, Math.floor(Number(text) || 0)))

function sizeText(size: PrintSize): string {
  if (typeof size === 'number') return TEXTS.percent(size)
  return size === 'width' ? TEXTS.fitWidth : TEXTS.fitPage
}

interface ChoiceProps<V extends string> {
  readonly label: string
  readonly value: V
  readonly options: readonly (readonly [value: V, text: string])[]
  readonly onChange: (value: V) => void
}

function Choice<V extends string>({ label, value, options, onChange }: ChoiceProps<V>) {
  return (
    <label>
      {label}
      <select value={value} onChange={({ target }) => onChange(target.value as V)}>
        {options.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}

interface CheckProps {
  readonly label: string
  readonly isChecked: boolean
  readonly onChange: (isOn: boolean) => void
}

function Check({ label, isChecked, onChange }: CheckProps) {
  return (
    <label>
      <input
        type="checkbox"
        checked={isChecked}
        onChange={({ target }) => onChange(target.checked)}
      />{' '}
      {label}
    </label>
  )
}

/** The place of the preview and what is beside it in a narrow window, in pixels. */
const PLACE = { width: 480, height: 440, around: 96 }

interface PreviewProps {
  readonly sheet: SheetPages
  readonly all: Pages | undefined
  readonly settings: PrintSettings
}

function Preview({ sheet, all, settings }: PreviewProps) {
  const [wanted, turn] = useState(0)
  const paper = useRef<HTMLDivElement>(null)
  const count = all?.count ?? 0
  const at = Math.min(wanted, Math.max(0, count - 1))
  const { width, height } = sidesOf(settings)
  const room = Math.min(PLACE.width, innerWidth - PLACE.around)
  const scale = Math.min(room / width, PLACE.height / height)
  useEffect(() => {
    if (all === undefined) return paper.current?.replaceChildren()
    const page = sheet.draw(all, at, settings)
    page.style.transform = `scale(${scale})`
    paper.current?.replaceChildren(page)
  }, [sheet, all, at, settings, scale])
  return (
    <section className="print-preview" aria-label={TEXTS.preview}>
      <div
        ref={paper}
        className="sheet-of-paper"
        style={{ width: width * scale, height: height * scale }}
      />
      {count > 0 && (
        <div className="turn">
          <button
            type="button"
            aria-label={TEXTS.previous}
            disabled={at === 0}
            onClick={() => turn(at - 1)}
          >
            ‹
          </button>
          <output>{TEXTS.pageOf(at + 1, count)}</output>
          <button
            type="button"
            aria-label={TEXTS.next}
            disabled={at === count - 1}
            onClick={() => turn(at + 1)}
          >
            ›
          </button>
        </div>
      )}
    </section>
  )
}
