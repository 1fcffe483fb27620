/**
 * Declarations by property, unchanged.
 *
 * @example new Map([['font-weight', '700']])
 */
export type Declarations = ReadonlyMap<string, string>

// A person's style sheet is never longer.
const MAX_CHARACTERS = 500_000
const DECLARATION =
  /\s*([-\w]+)\s*:((?:[^;"'\\]|\\[^]|"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*')*);?/y

/**
 * Parses a `style` attribute. The browser's parser drops properties it doesn't know, such as
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
 * Parses the classes of a style sheet. Styles of all cells are left out, since they are the other
 * program's defaults.
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
 * Removes quotes and escapes from a CSS string. Microsoft's programs escape with exactly four
 * digits.
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
