import type { Problem } from '@whereabouts/client'
import { t } from './language.js'

/** What is known of a problem of the server. */
export type Reported = Pick<Problem, 'problem' | 'detail'>

/**
 * Returns what a problem means for the user, in their language. The server's own words are English, and
 * shown where they say more than its code.
 *
 * @see OFFICE.md LA5
 */
export function describeProblem({ problem, detail }: Reported): string {
  return t(`problem.${problem}`, { detail })
}
