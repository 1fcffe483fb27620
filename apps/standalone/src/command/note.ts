import type { WhereaboutsOptions } from '@whereabouts/server'
import { type Audited, AuditLog } from '@whereabouts/server/operate'

/** Notes in the audit log what a command did. @see PROTOCOL.md AD9 */
export async function note({ dataDir }: WhereaboutsOptions, done: Audited): Promise<void> {
  const log = { info: complain, warn: complain, error: complain }
  await new AuditLog(undefined, dataDir, log).note({ as: 'operator' }, done)
}

function complain(message: unknown): void {
  process.stderr.write(`${String(message)}\n`)
}
