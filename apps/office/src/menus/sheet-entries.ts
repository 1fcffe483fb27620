import type { Univer } from '@univerjs/core'
import { IFontService } from '@univerjs/preset-sheets-core'
import type { SharedWorkbook } from '@whereabouts/univer'
import { FLOATING } from '../next-floating.js'
import { COLORS } from '../page-document/attributes.js'
import { type Group, type Menus, offerMenus, within } from './entries.js'
import { type BorderType, TEXTS } from './texts.js'
import { UniverEntries } from './univer-entries.js'

/** The colors that the menus offer; the toolbar has all others. */
const SHADES: {
  readonly [color in (typeof COLORS)[number]]: readonly [text: string, fill: string]
} = {
  gray: ['#596270', '#e2e5ea'],
  red: ['#b42318', '#fbd5d0'],
  orange: ['#a8480a', '#fde0c4'],
  yellow: ['#8a5a06', '#fdf0a8'],
  green: ['#15703a', '#cdeed8'],
  blue: ['#1d4ed8', '#d3e1fd'],
  purple: ['#7e22ce', '#ead7fb'],
  pink: ['#be185d', '#fbd3e5'],
}
const BORDER_TYPES: readonly BorderType[] = [
  'all',
  'outside',
  'inside',
  'top',
  'bottom',
  'left',
  'right',
  'none',
]
const BORDER_COLOR = '#000000'
const THIN = 1
const DELETE_LINK = 'whereabouts.command.delete-link'
const HEIGHTS = [16, 24, 36, 48, 72, 96]
const WIDTHS = [44, 66, 88, 132, 176, 264]
const FUNCTIONS = [
  'common',
  'financial',
  'logical',
  'text',
  'date',
  'lookup',
  'math',
  'statistical',
  'engineering',
  'information',
  'database',
]

/** Offers the menus of a sheet while it is there. @see OFFICE.md OF100 */
export function offerSheetMenus(univer: Univer, { workbook }: SharedWorkbook): void {
  const injector = univer.__getInjector()
  const end = offerMenus((canEdit) => {
    const all = new UniverEntries(injector)
    const fonts = injector.get(IFontService).getFonts()
    return canEdit ? editorsMenus(all, workbook, fonts) : viewersMenus(all, workbook)
  })
  univer.onDispose(end)
}

type Book = SharedWorkbook['workbook']
type Fonts = ReturnType<IFontService['getFonts']>

function viewersMenus(all: UniverEntries, workbook: Book): Menus {
  return { edit: [copying(all), finding(all)], view: [looking(all, workbook)] }
}

function editorsMenus(all: UniverEntries, workbook: Book, fonts: Fonts): Menus {
  return {
    edit: [...editing(all), finding(all)],
    view: [...viewing(all, workbook), looking(all, workbook)],
    insert: inserting(all),
    format: formatting(all, workbook, fonts),
    data: data(all),
  }
}

const copying = (all: UniverEntries): Group => [
  all.run('univer.command.copy', TEXTS.copy),
  all.run('sheet.command.select-all', TEXTS.selectAll, { expandToGapFirst: true, loop: true }),
]

const finding = (all: UniverEntries): Group =>
  all.of('ui.operation.open-find-dialog', { label: TEXTS.find })

function looking(all: UniverEntries, workbook: Book): Group {
  const zoom = 'sheet.command.change-zoom-ratio'
  const shown = workbook.getSheets().filter((sheet) => !sheet.isSheetHidden())
  const current = workbook.getActiveSheet().getSheetId()
  const at = shown.findIndex((sheet) => sheet.getSheetId() === current)
  return [
    ...within(TEXTS.goTo, [
      all.run('whereabouts.first-cell', TEXTS.firstCell),
      all.run('whereabouts.last-cell', TEXTS.lastCell),
      { ...all.run('whereabouts.previous-sheet', TEXTS.previousSheet), isOff: at === 0 },
      { ...all.run('whereabouts.next-sheet', TEXTS.nextSheet), isOff: at === shown.length - 1 },
      {
        ...all.run('whereabouts.operation.focus-floating', TEXTS.floating),
        isOff: document.querySelector(FLOATING) === null,
      },
    ]),
    ...within(TEXTS.zoom, [
      all.run(zoom, TEXTS.zoomIn, { delta: 0.2 }),
      all.run(zoom, TEXTS.zoomOut, { delta: -0.2 }),
      all.run(zoom, TEXTS.zoomReset, { reset: true }),
    ]),
    // There is something to open where there is something to delete.
    all.offered('whereabouts.operation.follow-link', TEXTS.openLink, DELETE_LINK),
  ]
}

function editing(all: UniverEntries): readonly Group[] {
  const of = (ids: readonly string[]) => ids.flatMap((id) => all.of(`sheet.command.${id}`))
  const special = ['value', 'format', 'col-width', 'besides-border', 'formula']
  return [
    [...all.of('univer.command.undo'), ...all.of('univer.command.redo')],
    [
      ...all.of('sheet.command.cut', { label: TEXTS.cut }),
      ...copying(all).slice(0, 1),
      ...of(['copy-formula-only']),
      ...all.of('sheet.command.paste', { label: TEXTS.paste }),
      ...within(
        nameOf(all, 'sheet.menu.paste-special'),
        of(special.map((what) => `paste-${what}`)),
      ),
    ],
    [
      all.run('sheet.command.copy-down', TEXTS.fillDown),
      all.run('sheet.command.copy-right', TEXTS.fillRight),
      all.run('sheet.command.repeat-last-action', TEXTS.repeat),
    ],
    [
      ...copying(all).slice(1),
      ...within(
        nameOf(all, 'sheet.menu.clear-selection'),
        of(['clear-selection-content', 'clear-selection-format', 'clear-selection-all']),
      ),
      ...within(
        nameOf(all, 'sheet.menu.delete'),
        of([
          'remove-row-confirm',
          'remove-col-confirm',
          'delete-range-move-left-confirm',
          'delete-range-move-up-confirm',
        ]),
      ),
    ],
    [all.run('ui.operation.open-replace-dialog', TEXTS.replace)],
  ]
}

function viewing(all: UniverEntries, workbook: Book): readonly Group[] {
  const hidden = workbook.getSheets().filter((sheet) => sheet.isSheetHidden())
  return [
    [
      ...all.of('sheet.command.toggle-gridlines', { label: TEXTS.gridLines }),
      ...within(nameOf(all, 'sheet.menu.sheet-frozen'), [
        ...all.of('sheet.command.set-selection-frozen', { label: TEXTS.freezeHere }),
        ...all.of('sheet.command.set-first-row-frozen'),
        ...all.of('sheet.command.set-first-column-frozen'),
        ...all.of('sheet.command.cancel-frozen'),
      ]),
      ...within(
        TEXTS.hiddenSheets,
        hidden.map((sheet) =>
          all.run('sheet.command.set-worksheet-show', sheet.getSheetName(), {
            unitId: workbook.getId(),
            subUnitId: sheet.getSheetId(),
            value: sheet.getSheetId(),
          }),
        ),
      ),
    ],
  ]
}

function inserting(all: UniverEntries): readonly Group[] {
  const line = (id: string, label: string) =>
    all.of(`sheet.command.${id}`, { label, params: { value: 1 } })
  const insert = 'formula-ui.operation.insert-function'
  return [
    [
      ...line('insert-multi-rows-above', TEXTS.rowAbove),
      ...line('insert-multi-rows-after', TEXTS.rowBelow),
      ...line('insert-multi-cols-before', TEXTS.columnLeft),
      ...line('insert-multi-cols-right', TEXTS.columnRight),
      ...within(TEXTS.cells, [
        ...all.of('sheet.command.insert-range-move-right-confirm'),
        ...all.of('sheet.command.insert-range-move-down-confirm'),
      ]),
    ],
    [
      all.run('whereabouts.sum', TEXTS.sum),
      ...within(TEXTS.functions, [
        ...FUNCTIONS.flatMap((kind) => all.functions(`${insert}.${kind}`)),
        ...all.of('formula-ui.operation.more-functions', { label: TEXTS.allFunctions }),
      ]),
      all.run('whereabouts.date', TEXTS.date),
      all.run('whereabouts.time', TEXTS.time),
    ],
    [
      ...all.of('whereabouts.operation.add-chart', { label: TEXTS.chart }),
      ...all.of('whereabouts.operation.insert-image', { label: TEXTS.image }),
      all.offered('whereabouts.operation.edit-link', TEXTS.link),
      all.offered(DELETE_LINK, TEXTS.removeLink),
      all.offered('whereabouts.operation.edit-note', TEXTS.note),
      all.offered('whereabouts.command.delete-note', TEXTS.deleteNote),
    ],
    [all.run('whereabouts.new-sheet', TEXTS.sheet), all.run('whereabouts.names', TEXTS.nameList)],
  ]
}

function formatting(all: UniverEntries, workbook: Book, fonts: Fonts): readonly Group[] {
  const set = 'sheet.command.set-range-'
  return [
    [
      ...all.of(`${set}bold`),
      ...all.of(`${set}italic`),
      ...all.of(`${set}underline`),
      ...all.of(`${set}stroke`),
    ],
    [
      ...within(
        TEXTS.font,
        all.valuesOf(
          `${set}font-family`,
          fonts.map(({ value, label }) => [value, all.text(label)]),
        ),
      ),
      ...within(TEXTS.fontSize, [
        ...all.of(`${set}font-increase`, { label: TEXTS.larger }),
        ...all.of(`${set}font-decrease`, { label: TEXTS.smaller }),
        ...all.listed(`${set}fontsize`),
      ]),
      ...colors(all, `${set}text-color`, 'sheet.command.reset-range-text-color', 0),
      ...colors(
        all,
        'sheet.command.set-background-color',
        'sheet.command.reset-background-color',
        1,
      ),
      ...within(TEXTS.borders, borders(all)),
    ],
    laidOut(all),
    sized(all, workbook),
    [...all.of('sheet.command.set-once-format-painter')],
  ]
}

const laidOut = (all: UniverEntries): Group => [
  ...lists(all, [
    'set-horizontal-text-align',
    'set-vertical-text-align',
    'set-text-wrap',
    'set-text-rotation',
  ]),
  ...within(nameOf(all, 'sheet.command.add-worksheet-merge'), [
    ...['all', 'vertical', 'horizontal'].flatMap((how) =>
      all.of(`sheet.command.add-worksheet-merge-${how}`),
    ),
    ...all.of('sheet.command.remove-worksheet-merge', { label: TEXTS.unmerge }),
  ]),
]

const sized = (all: UniverEntries, workbook: Book): Group => [
  ...within(TEXTS.numbers, [
    ...all.of('sheet.command.numfmt.set.percent'),
    ...all.of('sheet.command.numfmt.set.currency'),
    ...all.of('sheet.command.numfmt.add.decimal.command'),
    ...all.of('sheet.command.numfmt.subtract.decimal.command'),
    ...all.of('sheet.toolbar.text-to-number'),
    all.run('whereabouts.format', TEXTS.moreFormats),
  ]),
  ...within(TEXTS.rows, rows(all)),
  ...within(TEXTS.columns, columns(all)),
  ...within(TEXTS.sheet, sheetEntries(all, workbook)),
]

/** Returns what Univer calls a list of its toolbar. */
const nameOf = (all: UniverEntries, id: string): string => all.of(id)[0]?.label ?? ''

const lists = (all: UniverEntries, ids: readonly string[]): Group =>
  ids.flatMap((id) => within(nameOf(all, `sheet.command.${id}`), all.listed(`sheet.command.${id}`)))

function colors(all: UniverEntries, set: string, reset: string, shade: 0 | 1): Group {
  const values = COLORS.map((color) => [SHADES[color][shade], TEXTS.colors[color]] as const)
  return within(nameOf(all, set), [
    ...all.of(reset, { label: TEXTS.reset }),
    ...all.valuesOf(set, values),
  ])
}

const borders = (all: UniverEntries): Group =>
  BORDER_TYPES.flatMap((type) =>
    all.of('sheet.command.set-border-basic', {
      label: TEXTS.borderTypes[type],
      params: { value: { type, color: BORDER_COLOR, style: THIN } },
    }),
  )

const sizes = (all: UniverEntries, command: string, values: readonly number[]): Group =>
  values.map((value) => all.run(command, `${value} px`, { value }))

const rows = (all: UniverEntries): Group => [
  ...within(TEXTS.height, sizes(all, 'sheet.command.set-row-height', HEIGHTS)),
  ...all.of('sheet.command.set-row-is-auto-height', { label: TEXTS.fit }),
  all.run('sheet.command.set-rows-hidden', TEXTS.hide),
  ...all.of('sheet.command.set-selected-rows-visible', { label: TEXTS.show }),
]

const columns = (all: UniverEntries): Group => [
  ...within(TEXTS.width, sizes(all, 'sheet.command.set-worksheet-col-width', WIDTHS)),
  ...all.of('sheet.command.set-col-auto-width', { label: TEXTS.fit }),
  all.run('sheet.command.set-col-hidden', TEXTS.hide),
  ...all.of('sheet.command.set-selected-cols-visible', { label: TEXTS.show }),
]

function sheetEntries(all: UniverEntries, workbook: Book): Group {
  const subUnitId = workbook.getActiveSheet().getSheetId()
  const params = { unitId: workbook.getId(), subUnitId }
  const tab = 'sheet.command.set-tab-color'
  return [
    ...all.of('sheet.operation.rename-sheet', { params }),
    ...all.of('sheet.command.copy-sheet', { params }),
    ...within(nameOf(all, tab), [
      ...all.of(tab, { label: TEXTS.reset, params: { ...params, value: '' } }),
      ...COLORS.flatMap((color) =>
        all.of(tab, {
          label: TEXTS.colors[color],
          params: { ...params, value: SHADES[color][0] },
        }),
      ),
    ]),
    ...all.of('sheet.command.set-worksheet-hidden', { params }),
    ...all.of('sheet.command.remove-sheet-confirm', { params }),
  ]
}

function data(all: UniverEntries): readonly Group[] {
  const sort = 'sheet.command.sort-range-'
  return [
    [
      ...within(
        nameOf(all, 'sheet.menu.sheets-sort'),
        ['asc', 'asc-ext', 'desc', 'desc-ext', 'custom'].flatMap((how) => all.of(`${sort}${how}`)),
      ),
      ...all.of('sheet.command.smart-toggle-filter'),
      ...all.of('sheet.command.clear-filter-criteria'),
      ...all.of('sheet.command.re-calc-filter'),
    ],
    [
      all.run('whereabouts.rules', TEXTS.rules),
      all.run('whereabouts.validations', TEXTS.validations),
      ...all.of('data-validation.command.addRuleAndOpen', { label: TEXTS.newValidation }),
    ],
    [all.run('whereabouts.names', TEXTS.nameList)],
  ]
}
