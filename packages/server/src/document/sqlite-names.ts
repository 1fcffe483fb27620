export const DOCUMENTS_FILE = 'documents.sqlite'
/** SQLite's write-ahead log of {@link DOCUMENTS_FILE}. */
export const DOCUMENTS_LOG = `${DOCUMENTS_FILE}-wal`
