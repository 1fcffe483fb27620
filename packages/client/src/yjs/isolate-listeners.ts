import { type Doc, transact } from 'yjs'
import { callSafely } from '../store.js'

type Listener = (...args: readonly unknown[]) => void
type Emit = (name: string, args: readonly unknown[]) => void

const isolated = new WeakSet<Doc>()

/**
 * Protects a document from listeners that throw: the other listeners are called, the transaction is
 * completed, and each exception is reported as uncaught. Without this, a listener of `update` that
 * throws once stops all later `update` events of Yjs 13.
 *
 * @see PROTOCOL.md CL25
 */
export function isolateListeners(doc: Doc): void {
  if (isolated.has(doc)) return
  isolated.add(doc)
  const emit: Emit = (name, args) => {
    // A copy: listeners may come and go while they are called.
    const listeners = Array.from(doc._observers.get(name) ?? [])
    // Rethrowing would replace an observer's exception that is already propagating.
    for (const listener of listeners) callSafely(() => (listener as Listener)(...args))
  }
  doc.emit = emit as Doc['emit']
  // In a microtask no transaction runs, so an unfinished one was interrupted by a listener earlier.
  queueMicrotask(() => finishTransactions(doc))
}

function finishTransactions(doc: Doc): void {
  doc._transaction = null
  const left = doc._transactionCleanups.filter(({ afterState }) => afterState.size === 0)
  if (doc._transactionCleanups.length === 0) return
  doc._transactionCleanups = []
  transact(doc, () => void doc._transactionCleanups.push(...left))
}
