/** Returns the result of a request. */
export function resultOf<T>(request: IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result as T))
    request.addEventListener('error', () => reject(request.error!))
  })
}

/** Resolves when a transaction is complete. Ask right after it is begun. */
export function completionOf(transaction: IDBTransaction): Promise<void> {
  const completion = new Promise<void>((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve())
    // Whatever fails aborts it; one whose database is closed has no error.
    const fail = () => reject(transaction.error ?? new Error('the transaction was aborted'))
    transaction.addEventListener('abort', fail)
  })
  // If one of its requests fails first, nobody waits for it any more.
  completion.catch(() => undefined)
  return completion
}

/**
 * Opens a database.
 *
 * @param create makes its stores, if it is new
 * @param lost called when another page wants to delete the database, or the browser has closed it
 */
export async function openDatabase(
  name: string,
  create: (database: IDBDatabase) => void,
  lost: () => void,
): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1)
  request.addEventListener('upgradeneeded', () => create(request.result))
  const database = await resultOf<IDBDatabase>(request)
  database.addEventListener('versionchange', lost)
  database.addEventListener('close', lost)
  return database
}
