import { CommandType, ICommandService, type Injector } from '@univerjs/core'
import { CopySheetCommand, SheetInterceptorService } from '@univerjs/preset-sheets-core'
import type { SharedWorkbook } from '../bind-workbook.js'
import type { Chart } from './chart.js'
import {
  chartsOf,
  chartsPart,
  entriesOf,
  entriesOfCopy,
  entriesToFront,
  entriesWithout,
  type ChartChange,
  type ChartEntries,
  type ChartSheets,
} from './chart-list.js'

const SET_CHARTS = 'whereabouts.mutation.set-charts'
const PART = 'charts:'

/** The charts of a workbook that is drawn. Writing answers `false` where the grid refused it. */
export class Charts {
  readonly #from: ChartSheets
  readonly #commands: ICommandService
  readonly #unit: string

  constructor(
    { attached, workbook }: Pick<SharedWorkbook, 'attached' | 'workbook'>,
    injector: Injector,
  ) {
    this.#from = attached
    this.#commands = injector.get(ICommandService)
    this.#unit = workbook.getId()
    const command = { id: SET_CHARTS, type: CommandType.MUTATION, handler: () => true }
    this.#commands.registerCommand(command)
    this.#copyWithSheets(injector)
  }

  /** Returns the charts of a sheet, those in front last. */
  of(sheet: string): Chart[] {
    return chartsOf(this.#from, sheet)
  }

  /** Adds a chart in front of the others; returns its id, or `undefined` if that was refused. */
  add(sheet: string, chart: ChartChange): string | undefined {
    const id = newId()
    const entries = entriesOf(id, chart, sheet, this.#from)
    const isAdded =
      entries !== undefined &&
      this.#write(sheet, { ...entries, ...entriesToFront(id, sheet, this.#from) })
    return isAdded ? id : undefined
  }

  /** Changes a chart, unless somebody has deleted it. */
  change(sheet: string, id: string, change: ChartChange): boolean {
    const entries = this.#isThere(sheet, id) && entriesOf(id, change, sheet, this.#from)
    return entries ? this.#write(sheet, entries) : false
  }

  bringToFront(sheet: string, id: string): boolean {
    return this.#isThere(sheet, id) && this.#write(sheet, entriesToFront(id, sheet, this.#from))
  }

  remove(sheet: string, id: string): boolean {
    return this.#write(sheet, entriesWithout(id, sheet, this.#doc))
  }

  /** Calls back when the charts of a sheet may be other ones. */
  subscribe(listener: () => void): void {
    this.#doc.on('afterTransaction', ({ changed }) => {
      const { share } = this.#doc
      const isAbout = [...share].some(([name, type]) => name.startsWith(PART) && changed.has(type))
      if (isAbout) listener()
    })
  }

  #write(sheet: string, charts: ChartEntries): boolean {
    const params = { unitId: this.#unit, subUnitId: sheet, charts }
    return this.#commands.syncExecuteCommand(SET_CHARTS, params)
  }

  #copyWithSheets(injector: Injector): void {
    injector.get(SheetInterceptorService).interceptCommand({
      getMutations: ({ id, params }) => {
        const { unitId = '', subUnitId = '', targetSubUnitId = '' } = { ...params } as Ids
        const isCopy = id === CopySheetCommand.id && this.#has(subUnitId)
        if (!isCopy) return { redos: [], undos: [] }
        const charts = entriesOfCopy(subUnitId, targetSubUnitId, this.#from)
        const redo = { id: SET_CHARTS, params: { unitId, subUnitId: targetSubUnitId, charts } }
        // The document undoes it.
        return { redos: [redo], undos: [] }
      },
    })
  }

  #isThere(sheet: string, id: string): boolean {
    return this.of(sheet).some((chart) => chart.id === id)
  }

  get #doc() {
    return this.#from.workbook.doc
  }

  #has(sheet: string): boolean {
    return this.#doc.getMap(chartsPart(sheet)).size > 0
  }
}

type Ids = { readonly [id in 'unitId' | 'subUnitId' | 'targetSubUnitId']?: string }

const ID_DIGITS = 12

const newId = (): string =>
  Array.from({ length: ID_DIGITS }, () => Math.floor(Math.random() * 36).toString(36)).join('')
