import {
  CommandType,
  ICommandService,
  Inject,
  Injector,
  Plugin,
  UniverInstanceType,
  type PluginCtor,
} from '@univerjs/core'
import type { FUniver } from '@univerjs/core/facade'
import {
  CalculationMode,
  DataSyncPrimaryController,
  UniverFormulaEnginePlugin,
  UniverSheetsFormulaPlugin,
  UniverSheetsPlugin,
  UniverSheetsUIPlugin,
  UniverUIPlugin,
} from '@univerjs/preset-sheets-core'
import { overrideClipboard, type PasteSurroundings } from './clipboard/own-clipboard.js'
import type { AxisName } from './document/index.js'
import { Calculation } from './formulas/calculation.js'
import { overrideShortcuts } from './own-shortcuts.js'
import { overrideUndo, type Steps } from './own-undo.js'
import { HIDDEN_MENUS } from './refusals.js'
import { complete, type Work } from './slices.js'
import { WORKBOOK } from './workbook.js'
import type { Sentence } from './texts.js'

const GET_SHARING = 'whereabouts.operation.get-sharing'

const openFormulaWorker = (): Worker =>
  new Worker(new URL('./formulas/formulas.worker.js', import.meta.url), { type: 'module' })

/** The parts of a bound workbook that Univer's own services use. */
export interface Bound extends PasteSurroundings {
  readonly steps: Steps
}

/**
 * Connects the services of one Univer, which start before any workbook, with the bound workbook.
 */
export class Sharing implements Steps, PasteSurroundings {
  readonly calculation = new Calculation(openFormulaWorker)
  readonly #listeners = new Set<() => void>()
  #bound: Bound | null = null
  #stop: (() => void) | null = null
  #injector: Injector | null = null

  /** Replaces Univer's services before anything uses them. */
  start(injector: Injector): void {
    this.#injector = injector
    for (const [id, item] of overrideUndo(WORKBOOK, this)) {
      if (item !== null) injector.replace([id, item])
    }
    // Univer looks here for the service that sends changes to a worker.
    injector.add([DataSyncPrimaryController, { useFactory: () => this.calculation as never }])
    const command = { id: GET_SHARING, type: CommandType.OPERATION, handler: () => this as never }
    injector.get(ICommandService).registerCommand(command)
  }

  get injector(): Injector {
    if (this.#injector === null) throw new TypeError('Univer has not been started.')
    return this.#injector
  }

  get isBound(): boolean {
    return this.#bound !== null
  }

  bind(bound: Bound): void {
    this.#bound = bound
    this.#stop = bound.steps.subscribe(this.#tell)
  }

  unbind(): void {
    this.#stop?.()
    this.#bound = null
    this.#tell()
  }

  get counts(): Steps['counts'] {
    return this.#bound?.steps.counts ?? { undos: 0, redos: 0 }
  }

  undo(): void {
    this.#bound?.steps.undo()
  }

  redo(): void {
    this.#bound?.steps.redo()
  }

  takeBack(): void {
    this.#bound?.steps.takeBack()
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  readonly roomFor = (sheet: string, axis: AxisName): number =>
    this.#bound?.roomFor(sheet, axis) ?? 0

  readonly notify = (why: Sentence): void => this.#bound?.notify(why)

  readonly act = <T>(work: Work<T>): Promise<T> =>
    this.#bound?.act(work) ?? Promise.resolve(complete(work))

  readonly #tell = (): void => {
    for (const listener of this.#listeners) listener()
  }
}

class SharingPlugin extends Plugin {
  static override readonly pluginName = 'WHEREABOUTS_SHARING_PLUGIN'
  static override readonly packageName = '@whereabouts/univer'
  static override readonly type = UniverInstanceType.UNIVER_UNKNOWN
  protected override readonly _injector: Injector
  readonly #sharing: Sharing

  constructor(sharing: Sharing, injector: Injector) {
    super()
    this.#sharing = sharing
    this._injector = injector
  }

  override onStarting(): void {
    this.#sharing.start(this._injector)
  }
}
// A decorator as a call, for the constructor parameter after the plugin's configuration.
const injected = Inject(Injector) as (target: unknown, key: undefined, index: number) => void
injected(SharingPlugin, undefined, 1)

type Configured = [plugin: PluginCtor, config: ConstructorParameters<PluginCtor>[0]]

/** A list of Univer's plugins, each alone or with its configuration. */
export interface Preset {
  plugins: (PluginCtor | Configured)[]
}

/**
 * Returns Univer's preset of sheets with what a shared workbook needs: undo of one's own steps, a
 * clipboard that understands other programs, formulas that a worker calculates, Enter that writes
 * the formula as it was typed, and no menus for features that aren't supported. Univer reads
 * all of this when it starts, before `bindWorkbook`. A preset is for one Univer.
 *
 * @example
 * univer.registerPlugins(sharedPreset(UniverSheetsCorePreset({ container: 'app' })).plugins)
 */
export function sharedPreset<P extends Preset>(preset: P): P & { plugins: Configured[] } {
  const sharing = new Sharing()
  const plugins = preset.plugins.map((entry): Configured => {
    const [plugin, config] = Array.isArray(entry) ? entry : [entry, undefined]
    const added = configOf(plugin, config as PluginConfig | undefined, sharing)
    return added === undefined ? [plugin, config] : [plugin, { ...(config as object), ...added }]
  })
  return { ...preset, plugins: [[SharingPlugin, sharing], ...plugins] }
}

interface PluginConfig {
  readonly menu?: object
  readonly override?: readonly unknown[]
}

function configOf(
  plugin: PluginCtor,
  config: PluginConfig | undefined,
  sharing: Sharing,
): object | undefined {
  switch (plugin) {
    case UniverUIPlugin:
      return {
        menu: { ...HIDDEN_MENUS, ...config?.menu },
        override: [...(config?.override ?? []), ...overrideShortcuts()],
      }
    case UniverSheetsUIPlugin:
      return { override: [...(config?.override ?? []), ...overrideClipboard(sharing)] }
    case UniverFormulaEnginePlugin:
      return { notExecuteFormula: true }
    case UniverSheetsFormulaPlugin:
      // The document has no results, so all formulas are calculated; to Univer, those would be ranges to compare.
      return { initialFormulaComputing: CalculationMode.FORCED }
    case UniverSheetsPlugin:
      // Univer copies a large sheet in parts and doesn't report them.
      return {
        largeSheetOperation: { largeSheetCellCountThreshold: Number.POSITIVE_INFINITY },
        notExecuteFormula: true,
      }
    default:
      return undefined
  }
}

/**
 * Returns what `sharedPreset` added to a Univer.
 *
 * @throws {TypeError} if its preset didn't go through `sharedPreset`
 */
export function sharingOf(univerAPI: FUniver): Sharing {
  try {
    return univerAPI.syncExecuteCommand<object, Sharing>(GET_SHARING)
  } catch (cause) {
    const message = 'Pass Univer’s preset of sheets through sharedPreset() first.'
    throw new TypeError(message, { cause })
  }
}
