// What is wrong with Univer's controls for those who hear a page or use it by keyboard, and how it is mended.
import { focusCells } from '../focus-cells.js'
import type { Names } from './names.js'

type Mend = (element: HTMLElement, names: Names) => void

const STATES = ['aria-haspopup', 'aria-expanded', 'aria-controls'] as const
const CONTROLS = 'button, input, textarea, select, a[href], [role], [aria-haspopup]'
/** What acts already. */
const ACTS = 'button, a, li, [role="button"], [role="combobox"], [role="tab"], [role^="menuitem"]'
const POINTED = '.univer-cursor-pointer'
const PANEL = '[data-u-comp="sidebar"]'
const OFF = '.univer-pointer-events-none, [data-disabled="true"]'
/** In pixels, as Univer has them. */
const PANEL_WIDTHS = { least: 280, most: 800 }

/** The first that a control matches counts. */
const MENDS: readonly (readonly [selector: string, mend: Mend])[] = [
  ['canvas[tabindex="1"]', (canvas) => void (canvas.tabIndex = 0)],
  ['[role="track"]', (track) => track.removeAttribute('role')],
  ['a[role="button"]:empty', nameReset],
  ['[role="handle"]', nameHandle],
  [PANEL, namePanel],
  [`${PANEL} [role="separator"]`, nameSeparator],
  [`${PANEL} header > button`, (button, { texts }) => name(button, texts.closePanel)],
  ['[data-u-comp="slide-tab-bar"]', (tabs, { texts }) => name(tabs, texts.sheets)],
  ['section[aria-live][aria-label]', nameNotices],
  ['[data-u-comp="defined-name"] > a', nameNamesList],
  ['[data-slot$="-trigger"]:not(button, input)', mendTrigger],
  ['[data-radix-popper-content-wrapper]:has([role="menu"])', nameMenuArea],
  ['.univer-toolbar-button-selector-main', (main, names) => makeButton(main, names.of(main))],
  ['[role="dialog"] button[aria-haspopup="dialog"]', nameLineStyle],
  ['button', nameButton],
  ['input, textarea', nameField],
  [
    '[data-u-comp="formula-bar"] span:has(> svg)',
    (span, names) => makeButton(span, names.of(span)),
  ],
  [
    '[data-u-comp="formula-bar"] div:has(> .univerjs-icon-dropdown-icon)',
    (arrow, { texts }) => makeButton(arrow, texts.formulaHeight),
  ],
  [`${POINTED}:is(div, span, a, svg)`, mendPointed],
  ['[role="dialog"]:not([aria-labelledby])', nameDialog],
  ['[data-u-comp="sheets-formula-editor"]', (list) => void (list.tabIndex = 0)],
]

const ANY = MENDS.map(([selector]) => selector).join()

/** Mends the controls in a part of the window, and the part itself if it is one. */
export function mendWithin(root: Element, names: Names): void {
  if (root.matches(ANY)) mendOne(root as HTMLElement, names)
  for (const element of root.querySelectorAll<HTMLElement>(ANY)) mendOne(element, names)
}

function mendOne(element: HTMLElement, names: Names): void {
  MENDS.find(([selector]) => element.matches(selector))?.[1](element, names)
  tellDisabled(element)
}

/** Says of what was made a button whether it is disabled, as it looks. */
export function tellDisabled(element: Element): void {
  if (!['button', 'combobox'].includes(element.role ?? '') || element.matches('button')) return
  const isOff = element.closest(OFF) ?? element.querySelector(OFF)
  if (isOff === null) element.removeAttribute('aria-disabled')
  else element.setAttribute('aria-disabled', 'true')
}

function name(element: Element, text: string | undefined): void {
  if (text !== undefined && text !== '') element.setAttribute('aria-label', text)
}

function makeButton(element: HTMLElement, text: string | undefined): void {
  element.role = 'button'
  name(element, text)
}

const isNamed = (element: Element): boolean =>
  element.hasAttribute('aria-label') ||
  element.hasAttribute('aria-labelledby') ||
  element.textContent.trim() !== ''

function nameReset(reset: HTMLElement, names: Names): void {
  name(reset, names.text('sheets-ui.shortcut.sheet.reset-zoom'))
}

function nameNamesList(list: HTMLElement, names: Names): void {
  makeButton(list, names.text('sheets-ui.definedName.featureTitle'))
}

function nameHandle(handle: HTMLElement, { texts }: Names): void {
  handle.removeAttribute('role')
  name(handle, texts.zoom)
}

/** @see OFFICE.md SH223 */
function closeByEscape({ key, target, currentTarget }: KeyboardEvent): void {
  if (key !== 'Escape' || (target as HTMLElement).isContentEditable) return
  ;(currentTarget as Element).querySelector<HTMLElement>('header > button')?.click()
  focusCells()
}

function namePanel(panel: HTMLElement, { texts }: Names): void {
  panel.addEventListener('keydown', closeByEscape)
  name(panel, panel.querySelector('header > :first-child:not(button)')?.textContent || texts.panel)
}

function nameSeparator(separator: HTMLElement, { texts }: Names): void {
  if (separator.ariaValueNow !== null) return
  name(separator, texts.panelWidth)
  separator.ariaValueMin = String(PANEL_WIDTHS.least)
  separator.ariaValueMax = String(PANEL_WIDTHS.most)
  const tell = () => {
    const width = separator.closest(PANEL)?.getBoundingClientRect().width ?? PANEL_WIDTHS.least
    separator.ariaValueNow = String(Math.round(width))
  }
  tell()
  separator.addEventListener('keyup', tell)
  separator.addEventListener('focus', tell)
}

/** Univer has two lists with one name. */
function nameNotices(list: HTMLElement, { texts }: Names): void {
  const isFirst = list.previousElementSibling?.matches('section[aria-live]') !== true
  name(list, isFirst ? texts.notifications : texts.messages)
}

/** What opens a menu is a button, unless a control is in it; then it is that control which opens the menu. */
function mendTrigger(trigger: HTMLElement, names: Names): void {
  const control = trigger.querySelector<HTMLElement>('button, input')
  if (control !== null) {
    if (control.matches('input')) control.role = 'combobox'
    return passStates(trigger, control)
  }
  if (trigger.textContent.trim() === '') return makeButton(trigger, names.of(trigger))
  // Its text is its value.
  trigger.role = 'combobox'
  name(trigger, names.of(trigger) ?? textBefore(trigger))
}

function passStates(from: Element, to: Element): void {
  if (from.ariaExpanded === 'false') to.removeAttribute('aria-controls')
  for (const state of STATES) {
    const value = from.getAttribute(state)
    if (value === null) continue
    to.setAttribute(state, value)
    from.removeAttribute(state)
  }
}

/** The one list within a panel of tools that shows a picture of what is chosen. */
function nameLineStyle(button: HTMLElement, names: Names): void {
  if (!isNamed(button)) name(button, names.of(button) ?? names.texts.lineStyle)
}

function nameButton(button: HTMLElement, names: Names): void {
  if (!isNamed(button)) name(button, names.of(button) ?? inHex(button.style.backgroundColor))
}

/** @example inHex('rgb(225, 239, 254)') // '#e1effe' */
function inHex(color: string): string | undefined {
  const [red, green, blue] = (color.match(/\d+/g) ?? []).map(Number)
  if (red === undefined || green === undefined || blue === undefined) return undefined
  return `#${((red << 16) | (green << 8) | blue).toString(16).padStart(6, '0')}`
}

function nameField(field: HTMLElement, names: Names): void {
  const { labels, placeholder } = field as HTMLInputElement
  if (field.hasAttribute('aria-label') || labels?.length || placeholder) return
  const isCell = field.closest('[data-u-comp="defined-name"]') !== null
  name(field, isCell ? names.texts.cell : (names.of(field) ?? textBefore(field)))
}

/** Returns the text that stands before a control in its panel or dialog. */
function textBefore(control: Element): string | undefined {
  let within: Element | null = control
  while (within !== null && !within.matches(`${PANEL}, [role="dialog"], body`)) {
    let before = within.previousElementSibling
    while (before !== null) {
      const text = before.textContent.trim()
      if (text !== '' && before.querySelector(CONTROLS) === null && !before.matches(CONTROLS))
        return text
      before = before.previousElementSibling
    }
    within = within.parentElement
  }
  return undefined
}

/** Whatever shows a hand and has no other control in it acts as a button. */
function mendPointed(element: HTMLElement, names: Names): void {
  const isPart = element.querySelector(`${CONTROLS}, ${POINTED}`) !== null
  const around = element.parentElement?.closest(ACTS) ?? null
  if (isPart || around !== null || element.role !== null) return
  const text = isNamed(element) ? undefined : names.of(element)
  if (text !== undefined || element.matches('a')) makeButton(element, text)
}

function nameDialog(dialog: HTMLElement): void {
  name(dialog, nameOf(document.querySelector(`[aria-controls="${CSS.escape(dialog.id)}"]`)))
}

/** What is outside of the application's areas is an area of its own. */
function nameMenuArea(area: HTMLElement, { texts }: Names): void {
  const opener = area.querySelector('[role="menu"]')?.getAttribute('aria-labelledby') ?? ''
  area.role = 'region'
  name(area, nameOf(document.getElementById(opener)) ?? texts.panel)
}

function nameOf(control: Element | null): string | undefined {
  const named =
    control?.matches('[aria-label]') === true ? control : control?.querySelector('[aria-label]')
  return named?.getAttribute('aria-label') ?? (control?.textContent.trim() || undefined)
}
