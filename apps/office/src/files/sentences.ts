import type { FileFault, LeftOut } from '@whereabouts/univer/files'
import { t } from '../language/language.js'
import { describeProblem } from '../language/problems.js'
import type { Failure } from './messages.js'

/** Why a file isn't opened or saved. Its message is for the user. */
export class FileError extends Error {
  override readonly name = 'FileError'
}

const FAULTS: { readonly [fault in FileFault]: (text: string) => string } = {
  damaged: () => t('files.fault.damaged'),
  declarations: () => t('files.fault.declarations'),
  empty: () => t('files.fault.empty'),
  encrypted: () => t('files.fault.encrypted'),
  'no-room': () => t('files.fault.no-room'),
  'not-as-named': (text) => t('files.fault.not-as-named', { text }),
  'too-large': (text) => t('files.fault.too-large', { text }),
  'too-many-cells': (text) => t('files.fault.too-many-cells', { text }),
  'too-many-lines': (text) => t('files.fault.too-many-lines', { text }),
  'too-many-sheets': (text) => t('files.fault.too-many-sheets', { text }),
  'unknown-kind': () => t('files.fault.unknown-kind'),
}

/** Returns why a file isn't opened or saved. @see FILES.md FL8 */
export function describeFailure(failure: Failure): string {
  if (failure === null) return t('common.unreachable')
  return 'fault' in failure ? FAULTS[failure.fault](failure.text) : describeProblem(failure)
}

/** Returns what of a file is left out, and where. @see FILES.md FL3 */
export function describeLeftOut({ feature, sheet, count, example }: LeftOut): string {
  const what = t(`files.left.${feature}`)
  if (sheet === '') return t('files.item', { what, count })
  if (example === undefined) return t('files.itemIn', { what, count, sheet })
  return t('files.itemAt', { what, count, sheet, cell: example })
}
