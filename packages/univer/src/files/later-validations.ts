import type { DataValidation } from 'hucre'
import type { Parts } from './parts.js'
import { afterCells, attributesIn, textIn } from './rule-attributes.js'

const VALIDATION = /<x14:dataValidation\s([^>]*)>(.*?)<\/x14:dataValidation>/gs
const FORMULA = /<x14:formula([12])>\s*<xm:f>([^<]*)<\/xm:f>/g
const CELLS = /<xm:sqref>([^<]*)<\/xm:sqref>/

/**
 * Returns the data validations of a sheet that are in the part of a file for newer versions, where Excel puts those that
 * refer to other sheets. The reader of workbooks leaves them out.
 */
export function laterValidations(parts: Parts, sheet: string): DataValidation[] {
  return [...afterCells(parts, sheet).matchAll(VALIDATION)].map(
    ([, attributes = '', content = '']) => {
      const fields = attributesIn(attributes)
      const isOn = (name: string) => fields[name] === '1' || fields[name] === 'true'
      const formulas = [...content.matchAll(FORMULA)].map(([, at, text]) => [
        `formula${at}`,
        textIn(text!),
      ])
      const { type, operator, errorStyle, error, errorTitle, prompt, promptTitle } = fields
      const found = {
        type,
        operator,
        errorStyle,
        errorMessage: error,
        errorTitle,
        inputMessage: prompt,
        inputTitle: promptTitle,
      }
      return {
        ...Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)),
        ...Object.fromEntries(formulas),
        allowBlank: isOn('allowBlank'),
        showErrorMessage: isOn('showErrorMessage'),
        showInputMessage: isOn('showInputMessage'),
        range: textIn(CELLS.exec(content)?.[1] ?? ''),
      } as DataValidation
    },
  )
}
