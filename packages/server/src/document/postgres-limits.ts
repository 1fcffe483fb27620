/** How long a connection to PostgreSQL may take. */
export const CONNECT_MS = 3_000
/** How long a statement may take. */
export const STATEMENT_MS = 10_000
