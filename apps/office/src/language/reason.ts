import { Problem } from '@whereabouts/client'
import { t } from './language.js'
import { describeProblem } from './problems.js'

/** Returns why a call failed, for people. */
export function reasonOf(error: unknown): string {
  return error instanceof Problem ? describeProblem(error) : t('common.unreachable')
}
