/** Declarations by property, as they were written. @example new Map([['font-weight', '700']]) */
export type Declarations = ReadonlyMap<string, string>

// Beyond this a style sheet is none that a person wrote.
const MAX_CHARACTERS = 500_000
const DECLARATION =
  /\s*([-\w]+)\s*:((?:[^;"'\\]|\\[^]|"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*')*);?/y

/**
 * Reads a `style` attribute. Not the browser's reader: that one drops what it doesn't know, such as
 * `mso-number-format`.
 */
export function readDeclarations(text: string): Declarations {
  const found = new Map<string, string>()
  const bounded = text.slice(0, MAX_CHARACTERS)
  DECLARATION.lastIndex = 0
  let match = DECLARATION.exec(bounded)
  while (match !== null) {
    found.set(match[1]!.toLowerCase(), match[2]!.trim())
    match = DECLARATION.exec(bounded)
  }
  return found
}

/**
 * Reads what a style sheet says of classes. What it says of all cells is how the other program's
 * sheet looks anyway, and is left out.
 */
export function readClasses(sheet: string): ReadonlyMap<string, Declarations> {
  const classes = new Map<string, Declarations>()
  const text = sheet
    .slice(0, MAX_CHARACTERS)
    .replace(/<!--|-->/g, '')
    .replace(/\/\*[^]*?\*\//g, '')
  for (const [, selectors, body] of text.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    const declarations = readDeclarations(body!)
    for (const selector of selectors!.split(',')) {
      const name = /^\s*(?:t[dhr])?\.([-\w]+)\s*$/i.exec(selector)?.[1]
      if (name !== undefined)
        classes.set(name, new Map([...(classes.get(name) ?? []), ...declarations]))
    }
  }
  return classes
}

/**
 * A string of CSS without its quotes and escapes. Microsoft's programs escape with four digits, also
 * where more could follow.
 *
 * @example unescapeCss('"d\\0022日\\0022"') // 'd"日"'
 */
export function unescapeCss(value: string): string {
  return value
    .replace(/^(["'])([^]*)\1$/, '$2')
    .replace(/\\(?:([0-9a-f]{4})|([^]))/gi, (_, hex?: string, character?: string) =>
      hex === undefined ? character! : String.fromCharCode(Number.parseInt(hex, 16)),
    )
}
