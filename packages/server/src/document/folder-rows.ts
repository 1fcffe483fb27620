import type { Dialect } from './list-rows.js'
import { type DocumentLists, MOST_FOLDERS, MOST_PLACED } from './lists.js'

/** The calls of lists that are about folders. */
export type FolderCalls = Pick<
  DocumentLists,
  'folders' | 'addFolder' | 'renameFolder' | 'removeFolder' | 'place'
>

/**
 * Returns the statements of folders. The first parameter of each is the user.
 *
 * @see PROTOCOL.md HM42
 */
export function folderStatements({ prefix, parameter }: Dialect) {
  const [folders, placed] = [`${prefix}folders`, `${prefix}placed`]
  const user = parameter(1, 'text')
  const [second, third] = [parameter(2, 'text'), parameter(3, 'text')]
  return {
    list: `SELECT id, name FROM ${folders} WHERE person = ${user}`,
    /** Its parameters are also an id and a name. */
    add: `INSERT INTO ${folders} (person, id, name) SELECT ${user}, ${second}, ${third}
      WHERE (SELECT count(*) FROM ${folders} WHERE person = ${user}) < ${MOST_FOLDERS}`,
    /** Its parameters are also an id and a name. */
    rename: `UPDATE ${folders} SET name = ${third} WHERE person = ${user} AND id = ${second}`,
    remove: `DELETE FROM ${folders} WHERE person = ${user} AND id = ${second}`,
    empty: `DELETE FROM ${placed} WHERE person = ${user} AND folder = ${second}`,
    has: `SELECT 1 FROM ${folders} WHERE person = ${user} AND id = ${second}`,
    /** Its parameters are also a room, a folder and a number. */
    place: `INSERT INTO ${placed} (person, room, folder, number)
      SELECT ${user}, ${second}, ${third}, ${parameter(4, 'bigint')}
      WHERE EXISTS (SELECT 1 FROM ${prefix}documents WHERE room = ${second})
      ON CONFLICT (person, room) DO UPDATE SET folder = excluded.folder, number = excluded.number`,
    /** Its second parameter is a room. */
    takeOut: `DELETE FROM ${placed} WHERE person = ${user} AND room = ${second}`,
    trim: `DELETE FROM ${placed} WHERE person = ${user} AND number <= (
      SELECT number FROM ${placed} WHERE person = ${user}
      ORDER BY number DESC LIMIT 1 OFFSET ${MOST_PLACED})`,
  } as const
}
