import { type Doc, transact } from 'yjs'
import { callSafely } from '../store.js'

type Listener = (...args: readonly unknown[]) => void
type Emit = (name: string, args: readonly unknown[]) => void

const shielded = new WeakSet<Doc>()

/**
 * Makes a document survive listeners that throw: all others are called, the transaction is done to
 * its end, and each exception goes to those who look for uncaught errors. Without this, a listener
 * of `update` that throws once keeps Yjs 13 from telling anybody of any later change.
 *
 * @see PROTOCOL.md CL25
 */
export function shield(doc: Doc): void {
  if (shielded.has(doc)) return
  shielded.add(doc)
  const emit: Emit = (name, args) => {
    // As they are now: who comes or goes meanwhile is another matter.
    const listeners = Array.from(doc._observers.get(name) ?? [])
    // Thrown on, an exception would take the place of an observer's that is on its way already.
    for (const listener of listeners) callSafely(() => (listener as Listener)(...args))
  }
  doc.emit = emit as Doc['emit']
  // With nothing on the stack, whatever isn't done was left behind by a listener before this.
  queueMicrotask(() => finishTransactions(doc))
}

function finishTransactions(doc: Doc): void {
  doc._transaction = null
  const left = doc._transactionCleanups.filter(({ afterState }) => afterState.size === 0)
  if (doc._transactionCleanups.length === 0) return
  doc._transactionCleanups = []
  transact(doc, () => void doc._transactionCleanups.push(...left))
}
