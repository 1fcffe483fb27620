import { type Doc, transact } from 'yjs'

type Emit = (name: string, args: readonly unknown[]) => void

// While one of these is told, Yjs is not done with the transaction.
const WITHIN_TRANSACTION = new Set([
  'beforeAllTransactions',
  'beforeTransaction',
  'beforeObserverCalls',
  'afterTransaction',
  'afterTransactionCleanup',
  'update',
  'updateV2',
  'subdocs',
])

const shielded = new WeakSet<Doc>()

/**
 * Makes a document survive listeners that throw: all others are called, the transaction is done to
 * its end, and whoever began it gets the exception then. Without this, a listener of `update` that
 * throws once keeps Yjs 13 from telling anybody of any later change.
 */
export function shield(doc: Doc): void {
  if (shielded.has(doc)) return
  shielded.add(doc)
  const thrown: unknown[] = []
  const emit: Emit = (name, args) => {
    // As they are now: who comes or goes meanwhile is another matter.
    const listeners = Array.from(doc._observers.get(name) ?? [])
    for (const listener of listeners) {
      try {
        Reflect.apply(listener as () => void, undefined, args)
      } catch (error) {
        thrown.push(error)
      }
    }
    if (thrown.length > 0 && !WITHIN_TRANSACTION.has(name)) throw thrown.splice(0)[0]
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
