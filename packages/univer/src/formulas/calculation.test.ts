import {
  CommandType,
  ICommandService,
  IUniverInstanceService,
  LocaleType,
  Univer,
  UniverInstanceType,
  type ICommandInfo,
  type IWorkbookData,
  type Workbook,
} from '@univerjs/core'
import {
  FormulaDataModel,
  RemoveDefinedNameMutation,
  SetArrayFormulaDataMutation,
  SetDefinedNameMutation,
  SetFormulaCalculationStartMutation,
  UniverFormulaEnginePlugin,
} from '@univerjs/engine-formula'
import {
  InsertRowMutation,
  MoveRowsMutation,
  RemoveRowMutation,
  SetRangeValuesMutation,
  UniverSheetsPlugin,
  type ISetRangeValuesMutationParams,
} from '@univerjs/sheets'
import { describe, expect, it } from 'vitest'
import { Allowance } from './allowance.js'
import { forgetRanges } from './bounded-engine.js'
import { Calculation } from './calculation.js'
import { meterValues } from './meter.js'
import type { FromWorker, ToWorker } from './messages.js'
import { Replica } from './replica.js'

const allowance = new Allowance(forgetRanges)
meterValues(allowance)

/** Does what the worker does, in this thread; each message takes a while in both directions. */
class NearWorker extends EventTarget {
  /** The numbers of cells in the results that it told. */
  readonly told: number[] = []
  readonly #replica = new Replica(allowance, (message) => this.#tell(structuredClone(message)))
  #isEnded = false

  postMessage(message: ToWorker): void {
    const copy = structuredClone(message)
    setTimeout(() => this.#replica.take(copy))
  }

  terminate(): void {
    this.#isEnded = true
  }

  #tell(data: FromWorker): void {
    this.told.push(cellsIn(data))
    setTimeout(() => {
      if (!this.#isEnded) this.dispatchEvent(new MessageEvent('message', { data }))
    })
  }
}

function cellsIn(message: FromWorker): number {
  if (message.type !== 'result' || message.mutation.id !== SetRangeValuesMutation.id) return 0
  const { cellValue = {} } = message.mutation.params as ISetRangeValuesMutationParams
  return Object.values(cellValue).reduce((sum, cells) => sum + Object.keys(cells ?? {}).length, 0)
}

let workbooks = 0

type Values = { readonly [row: number]: { readonly [column: number]: object } }
type Place = readonly [row: number, column: number]

/**
 * A page with a grid and its calculation, whose Univer requests the calculation of written cells.
 */
class Page {
  readonly workers: NearWorker[] = []
  readonly #commands: ICommandService
  readonly #model: FormulaDataModel
  readonly #workbook: Workbook
  /** Written cells that were not yet requested, by their positions at the time. */
  #dirty: object[] = []
  // Univer caches parsed formulas by workbook and text for all engines of a process.
  readonly #unit = `w${(workbooks += 1)}`

  constructor() {
    const univer = new Univer({ locale: LocaleType.EN_US, locales: { [LocaleType.EN_US]: {} } })
    univer.registerPlugin(UniverFormulaEnginePlugin, { notExecuteFormula: true })
    univer.registerPlugin(UniverSheetsPlugin, { notExecuteFormula: true })
    const injector = univer.__getInjector()
    const sheet = { id: 's', name: 'S', rowCount: 1_000, columnCount: 20, cellData: {} }
    this.#workbook = injector
      .get(IUniverInstanceService)
      .createUnit<IWorkbookData, Workbook>(UniverInstanceType.UNIVER_SHEET, {
        id: this.#unit,
        sheetOrder: ['s'],
        sheets: { s: sheet },
      })
    this.#commands = injector.get(ICommandService)
    this.#model = injector.get(FormulaDataModel)
    this.#takeArrays()
    const calculation = new Calculation(() => {
      const worker = new NearWorker()
      this.workers.push(worker)
      return worker as unknown as Worker
    })
    for (const mutation of SHARED) calculation.registerSyncingMutations(mutation)
    calculation.start(this.#workbook, injector)
  }

  /** Imitates a part of Univer that needs a browser. */
  #takeArrays(): void {
    this.#commands.onCommandExecuted(({ id, type, params }: Readonly<ICommandInfo>) => {
      if (type !== CommandType.MUTATION || id !== SetArrayFormulaDataMutation.id) return
      const arrays = params as Parameters<typeof SetArrayFormulaDataMutation.handler>[1]
      this.#model.setArrayFormulaRange(arrays.arrayFormulaRange)
      this.#model.setArrayFormulaCellData(arrays.arrayFormulaCellData)
    })
  }

  write(cellValue: Values): void {
    this.#model.updateArrayFormulaCellData(this.#unit, 's', cellValue)
    this.#model.updateArrayFormulaRange(this.#unit, 's', cellValue)
    this.#execute(SetRangeValuesMutation.id, { cellValue })
    for (const [row, cells] of Object.entries(cellValue)) {
      for (const column of Object.keys(cells)) {
        const [startRow, startColumn] = [Number(row), Number(column)]
        const range = { startRow, endRow: startRow, startColumn, endColumn: startColumn }
        this.#dirty.push({ unitId: this.#unit, sheetId: 's', range })
      }
    }
  }

  /** Changes lines, and writes the formulas that the document changes then. */
  change(mutation: { readonly id: string }, params: object, corrections: Values = {}): void {
    this.#execute(mutation.id, params)
    this.write(corrections)
  }

  /** Requests the calculation of what was written, as Univer does a while later. */
  request(): void {
    const dirtyRanges = this.#dirty
    this.#dirty = []
    this.#execute(SetFormulaCalculationStartMutation.id, {
      dirtyRanges,
      forceCalculation: false,
      clearDependencyTreeCache: {},
    })
  }

  #execute(id: string, params: object): void {
    this.#commands.syncExecuteCommand(
      id,
      { unitId: this.#unit, subUnitId: 's', ...params },
      { fromCollab: true },
    )
  }

  /** Sets what a name stands for, or removes it. */
  setName(name: string, formulaOrRefString: string | null): void {
    const { id } = formulaOrRefString === null ? RemoveDefinedNameMutation : SetDefinedNameMutation
    this.#execute(id, { id: name.toLowerCase(), name, formulaOrRefString })
  }

  /** Returns what a cell shows. */
  at([row, column]: Place): unknown {
    const shown = this.#model.getArrayFormulaCellData()[this.#unit]?.['s']?.[row]?.[column]
    return (shown ?? this.#workbook.getSheetBySheetId('s')!.getCellMatrix().getValue(row, column))
      ?.v
  }
}

/** Resolves when a page shows what is expected. */
async function untilShows(
  page: Page,
  expected: readonly (readonly [Place, unknown])[],
): Promise<void> {
  const shown = () => expected.map(([place]) => [place, page.at(place)])
  await expect.poll(shown, { timeout: 5_000, interval: 5 }).toEqual(expected)
}

const SHARED = [
  SetRangeValuesMutation,
  InsertRowMutation,
  RemoveRowMutation,
  MoveRowsMutation,
  SetArrayFormulaDataMutation,
]

const rows = (startRow: number, count: number) => ({
  startRow,
  endRow: startRow + count - 1,
  startColumn: 0,
  endColumn: 19,
})

/** A formula in A4 with a result of four cells, and one in D4 that refers to them. */
const WRITTEN: Values = {
  3: { 0: { f: '=SEQUENCE(2,2)' }, 3: { f: '=SUM(A4:B5)' } },
}

const turn = () => new Promise((resolve) => setTimeout(resolve))

/** Returns what is shown when these are a number of rows further down. */
const shownBy = (rowsDown: number): [Place, unknown][] => [
  [[3 + rowsDown, 0], 1],
  [[3 + rowsDown, 1], 2],
  [[4 + rowsDown, 0], 3],
  [[4 + rowsDown, 1], 4],
  [[3 + rowsDown, 3], 10],
]

describe('results that cover several cells', () => {
  // The turns reach from before the request until after the results.
  it.each(Array.from({ length: 16 }, (_, turns) => turns))(
    '[SH80] move with rows that are inserted %d turns after the request',
    async (turns) => {
      const page = new Page()
      page.write(WRITTEN)
      if (turns > 0) page.request()
      for (let left = turns; left > 0; left--) await turn()
      page.change(InsertRowMutation, { range: rows(1, 2) }, { 5: { 3: { f: '=SUM(A6:B7)' } } })
      page.request()
      await untilShows(page, [...shownBy(2), [[3, 1], undefined], [[4, 0], undefined]])
    },
  )

  it.each([
    ['a row before them is deleted', RemoveRowMutation, { range: rows(0, 2) }, '=SUM(A2:B3)', -2],
    [
      'their rows move up',
      MoveRowsMutation,
      { sourceRange: rows(3, 2), targetRange: rows(0, 2) },
      '=SUM(A1:B2)',
      -3,
    ],
    [
      'their rows move down',
      MoveRowsMutation,
      { sourceRange: rows(3, 2), targetRange: rows(9, 2) },
      '=SUM(A8:B9)',
      4,
    ],
  ])('[SH80] move along when %s', async (_, mutation, params, sum, by) => {
    const page = new Page()
    page.write(WRITTEN)
    page.request()
    await untilShows(page, shownBy(0))
    page.change(mutation, params, { [3 + by]: { 3: { f: sum } } })
    page.request()
    await untilShows(page, shownBy(by))
  })

  it('[SH80] grow and shrink, together with what is calculated from them', async () => {
    const page = new Page()
    page.write({ 0: { 0: { v: 3, t: 2 }, 1: { f: '=SEQUENCE(A1)' }, 2: { f: '=SUM(B1:B9)' } } })
    page.request()
    await untilShows(page, [[[0, 2], 6]])
    for (const [size, sum] of [
      [9, 45],
      [1, 1],
      [2, 3],
    ] as const) {
      page.write({ 0: { 0: { v: size, t: 2 } } })
      page.request()
      await untilShows(page, [
        [[0, 2], sum],
        [[size, 1], undefined],
        [[size - 1, 1], size],
      ])
    }
  })

  it.each(Array.from({ length: 12 }, (_, turns) => turns))(
    '[SH54] disappear when their formula is overwritten %d turns after the request',
    async (turns) => {
      const page = new Page()
      page.write({ ...WRITTEN, 0: { 5: { f: '=SEQUENCE(2)' } } })
      page.request()
      for (let left = turns; left > 0; left--) await turn()
      page.write({ 3: { 0: { f: '=7' } } })
      page.request()
      while (page.at([3, 3]) !== 7) {
        expect([page.at([3, 1]), page.at([4, 1])]).toEqual([undefined, undefined])
        await turn()
      }
      await untilShows(page, [
        [[3, 0], 7],
        [[3, 1], undefined],
        [[4, 0], undefined],
        [[3, 3], 7],
        [[1, 5], 2],
      ])
    },
  )
})

describe('a formula', () => {
  it('[SH80] that returns its own position returns the current one', async () => {
    const page = new Page()
    page.write({ 3: { 0: { f: '=ROW()' }, 1: { f: '=INDIRECT("A1")' } }, 0: { 0: { v: 5, t: 2 } } })
    page.request()
    await untilShows(page, [
      [[3, 0], 4],
      [[3, 1], 5],
    ])
    page.change(InsertRowMutation, { range: rows(0, 2) })
    page.request()
    await untilShows(page, [
      [[5, 0], 6],
      [[5, 1], 0],
    ])
  })
})

describe('a calculation', () => {
  it('[SH136] tells results in parts', async () => {
    const page = new Page()
    const count = 500
    const formulas = Array.from({ length: count }, (_, row) => [
      row,
      { 1: { f: `=A${row + 1}+1` } },
    ])
    page.write(Object.fromEntries(formulas) as Values)
    page.request()
    await untilShows(page, [
      [[0, 1], 1],
      [[count - 1, 1], 1],
    ])
    const told = page.workers[0]!.told.filter((cells) => cells > 0)
    expect(Math.max(...told)).toBe(200)
    expect(told.reduce((sum, cells) => sum + cells, 0)).toBe(count)
  })

  it('[SH137] needs no worker until there is a formula', async () => {
    const page = new Page()
    page.write({ 0: { 0: { v: 1 } } })
    page.request()
    expect(page.workers).toEqual([])
    page.write({ 0: { 1: { f: '=A1+1' } } })
    page.request()
    await untilShows(page, [[[0, 1], 2]])
    expect(page.workers).toHaveLength(1)
  })
})

describe('names in formulas', () => {
  it('[SH158] are calculated as what they stand for, and again when that changes', async () => {
    const page = new Page()
    page.setName('Sales', 'S!$A$1:$A$3')
    page.setName('Rate', '=0.5+0.5')
    page.setName('Net', '=SUM(sales)*Rate')
    page.write({
      0: {
        0: { v: 1 },
        1: { f: '=SUM(SALES)' },
        2: { f: '=Net*2' },
        3: { f: '=INDIRECT("Sales")' },
      },
      1: { 0: { v: 2 }, 1: { f: '=LEN("Sales")&Sales1' }, 2: { f: '=S!Rate*2' } },
      2: { 0: { v: 3 } },
    })
    page.request()
    await untilShows(page, [
      [[0, 1], 6],
      [[0, 2], 12],
      [[0, 3], 1],
      [[1, 2], 2],
    ])
    expect(page.at([1, 1])).toBe('#NAME?')
    page.write({ 0: { 0: { v: 11 } } })
    page.request()
    await untilShows(page, [
      [[0, 1], 16],
      [[0, 2], 32],
    ])
    page.setName('Sales', 'S!$A$2:$A$3')
    page.request()
    await untilShows(page, [
      [[0, 1], 5],
      [[0, 2], 10],
      [[0, 3], 2],
    ])
    page.setName('Sales', null)
    page.request()
    await untilShows(page, [[[0, 1], '#NAME?']])
    page.setName('sales', '=7')
    page.request()
    await untilShows(page, [
      [[0, 1], 7],
      [[0, 2], 14],
    ])
  })

  it('[SH222] are hidden by variables that are called the same', async () => {
    const page = new Page()
    page.setName('Net', 'S!$A$1')
    page.write({
      0: {
        0: { v: 5 },
        1: { f: '=LET(Net,2,Net*3)+Net' },
        3: { f: '=SUM(MAP(A1:A1,LAMBDA(Net,Net+1)))' },
      },
    })
    page.request()
    await untilShows(page, [
      [[0, 1], 11],
      [[0, 3], 6],
    ])
  })

  it('[SH158] are an error if they stand for themselves or for too much, and all others are calculated', async () => {
    const page = new Page()
    page.setName('Self', '=Self+1')
    page.setName('There', '=Back')
    page.setName('Back', '=There')
    for (let n = 1; n < 60; n++) page.setName(`n_${n}`, n === 1 ? '=1+1' : `=n_${n - 1}+n_${n - 1}`)
    page.write({
      0: { 0: { f: '=Self' }, 1: { f: '=SUM(There)' }, 2: { f: '=n_59' }, 3: { f: '=n_3+1' } },
    })
    page.request()
    await untilShows(page, [
      [[0, 0], '#CALC!'],
      [[0, 1], '#CALC!'],
      [[0, 2], '#CALC!'],
      [[0, 3], 9],
    ])
  })
})
