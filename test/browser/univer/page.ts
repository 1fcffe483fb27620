import { LocaleType, Univer } from '@univerjs/core'
import { FUniver } from '@univerjs/core/facade'
import { UniverSheetsCorePreset } from '@univerjs/preset-sheets-core'
import enUS from '@univerjs/preset-sheets-core/locales/en-US'
import {
  bindWorkbook,
  sharedPreset,
  type GivenBack,
  type SharedWorkbook,
} from '@whereabouts/univer'
import { SheetDocument, type Operation } from '@whereabouts/univer/document'
import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'

function startUniver(plugins: Parameters<Univer['registerPlugins']>[0]): FUniver {
  const univer = new Univer({ locale: LocaleType.EN_US, locales: { [LocaleType.EN_US]: enUS } })
  univer.registerPlugins(plugins)
  return FUniver.newAPI(univer)
}

/** Whether somebody may edit, as the application knows it. */
class Editable {
  #isEditable = true
  readonly #listeners = new Set<() => void>()

  readonly getSnapshot = (): boolean => this.#isEditable

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  set(isEditable: boolean): void {
    this.#isEditable = isEditable
    for (const listener of this.#listeners) listener()
  }
}

/** An application with Univer, for tests, including a second copy of its document. */
class Application {
  readonly notices: string[] = []
  readonly given: GivenBack[] = []
  readonly univerAPI = startUniver(
    sharedPreset(UniverSheetsCorePreset({ container: 'grid' })).plugins,
  )
  readonly canEdit = new Editable()
  doc = new Doc()
  shared: SharedWorkbook | null = null

  async bind(): Promise<void> {
    const { univerAPI, doc } = this
    this.shared = await bindWorkbook({
      univerAPI,
      doc,
      canEdit: this.canEdit,
      onNotice: (text) => void this.notices.push(text),
      onGivenBack: (given) => void this.given.push(given),
    })
  }

  /** Binds a Univer that was not prepared. */
  async bindUnprepared(): Promise<void> {
    const { plugins } = UniverSheetsCorePreset({ container: 'other' })
    const univerAPI = startUniver(plugins.map((entry) => (Array.isArray(entry) ? entry : [entry])))
    await bindWorkbook({ univerAPI, doc: new Doc() })
  }

  setFormat(format: unknown): void {
    this.doc.getMap('about').set('format', format)
  }

  write(range: string, value: string | number): void {
    this.shared!.workbook.getActiveSheet().getRange(range).setValue(value)
  }

  /** Returns the displayed text of a cell, including results of formulas. */
  shows(range: string): unknown {
    return this.shared!.workbook.getActiveSheet().getRange(range).getValue()
  }

  /** Edits the other copy of the document. */
  elsewhere(...steps: readonly Operation[]): void {
    const copy = new Doc()
    applyUpdate(copy, encodeStateAsUpdate(this.doc))
    new SheetDocument(copy).apply(...steps)
    applyUpdate(this.doc, encodeStateAsUpdate(copy))
  }

  /** Returns the cells in the document. */
  stored(): Record<string, unknown> {
    return this.doc.getMap('cells:sheet-1').toJSON()
  }
}

export type { Application }

Object.assign(globalThis, { application: new Application() })
