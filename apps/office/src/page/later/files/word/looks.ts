/** The names of the styles that tell apart what Word has no kinds of paragraphs for; they are read again. */
export const STYLE_NAMES = {
  title: 'Title',
  quote: 'Quote',
  callout: 'Callout',
  code: 'Code',
  caption: 'caption',
  inlineCode: 'InlineCode',
  formula: 'InlineFormula',
  /** A line below a table, without which Word would join it with the next one. */
  gap: 'BelowTable',
} as const

/** The signs before items that are neither bulleted nor numbered. */
export const SIGNS = { task: '☐', done: '☑', toggle: '▾' } as const

/** The width of a page's text; in Word it is that of A4 paper with its usual margins. */
export const TEXT_WIDTH_PX = 600
export const TWIPS_PER_PX = 15
/** How far each level is further in. */
export const INDENT_TWIPS = 720
