import type { MathTexts } from '../texts.js'

const count = (number: number): string => number.toLocaleString('en')

export const texts: MathTexts = {
  inline: 'Formula in the line',
  block: 'Formula',
  empty: 'Empty formula',
  opened: 'Formula. Escape leaves it.',
  wrong: (message) => `This formula can’t be drawn: ${message}`,
  wrongAt: (position, message) =>
    `This formula can’t be drawn, because of character ${count(position)}: ${message}`,
  tooLong: (most) => `A formula has at most ${count(most)} characters.`,
  noMacros: (macro) => `Formulas can’t define macros: ${macro}`,
  tooDeep: 'This formula is nested too deeply.',
  asText: (name) => `Formulas are in ${name} as LaTeX, not as drawn formulas.`,
}
