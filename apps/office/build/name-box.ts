import { all, changing, once } from './changing.js'

const ONLY_VALID =
  /if \(validateDefinedName\(inputValue, \{.*?\}\) === true\) return(?= \{\n\t\ttype: "createDefinedName")/s
const GOES = 'const focusSelection = (refString) => {'
// What goes to a name knows other sheets.
const GOES_ELSEWHERE = `${GOES}
  if (refString.includes("!")) return definedNamesService._focusRange$.next({ unitId, formulaOrRefString: refString });`

const OFFERS = 'if (hasMatch && !open) setOpen(true);'
// Some time after Enter, the list would open once more.
const OFFERS_WHILE_TYPING =
  'if (hasMatch && !open && document.activeElement === inputRef.current) setOpen(true);'

/**
 * Has the name box go to a cell of another sheet, and take whatever else is typed for a new name, so that it is refused
 * with a reason if it can't be one: Univer would only take back what was typed.
 *
 * @see OFFICE.md SH156
 */
export const nameBox = changing('name-box', 'sheets-ui/lib/es/index.js', (code) =>
  once(
    once(all(code, ONLY_VALID, 'if (inputValue !== "") return'), GOES, GOES_ELSEWHERE),
    OFFERS,
    OFFERS_WHILE_TYPING,
  ),
)

const LINK =
  /jsx\("a", \{\n\t+className: "univer-rounded univer-p-1 (univer-text-red-600 )?hover:univer-bg-gray-100",/g
const ON_HOVER = 'univer-top-1/2 univer-hidden -univer-translate-y-1/2'
const ALWAYS = 'univer-top-1/2 univer-flex -univer-translate-y-1/2'
const PLAIN = 'style: { border: 0, background: "none", color: "inherit", cursor: "pointer" }'

/**
 * Lets the keyboard reach what changes and deletes a name in the panel: Univer shows two links without names under the mouse.
 *
 * @see OFFICE.md SH157
 */
export const namePanel = changing('name-panel', 'sheets-ui/lib/es/index.js', (code) => {
  if (code.match(LINK)?.length !== 2) throw new Error('Univer’s panel of names is different now')
  const buttons = code.replaceAll(LINK, (_, isRed?: string) => {
    const text = isRed === undefined ? 'update' : 'delete'
    return `jsx("button", { type: "button", "aria-label": localeService.t("sheets-ui.definedName.${text}Button"), ${PLAIN}, className: "univer-rounded univer-p-1",`
  })
  return once(buttons, ON_HOVER, ALWAYS)
})
