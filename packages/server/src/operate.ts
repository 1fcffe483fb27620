// What the standalone server is made of. An application needs none of it.
export { type Audited, AuditLog } from './access/audit.js'
export { backUp, restore } from './document/backup.js'
export { openDatabase } from './document/sqlite-open.js'
export { type DocumentReader, openReader } from './document/reader.js'
export { acceptsCoding } from './http/coding.js'
