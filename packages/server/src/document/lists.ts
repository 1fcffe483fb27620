/** The lists that a user has of documents. */
export const LISTS = ['own', 'shared', 'starred', 'trash', 'folder'] as const

/** The name of one of a user's lists. @see PROTOCOL.md HM2 */
export type ListName = (typeof LISTS)[number]

/** What a list says of a document. */
export interface Entry {
  readonly roomName: string
  /** As {@link Label} says; `undefined` until somebody says it. */
  readonly title: string | undefined
  readonly kind: string | undefined
  readonly createdAtMs: number
  readonly updatedAtMs: number
  /** Whether the user owns it. */
  readonly isOwn: boolean
  readonly isStarred: boolean
  /** The id of the user's folder that it is in. */
  readonly folder: string | undefined
  /** When it was put into the trash; `undefined` if it isn't there. */
  readonly trashedAtMs: number | undefined
}

/** Where in a list an entry stands. */
export interface ListPlace {
  readonly updatedAtMs: number
  readonly roomName: string
}

/** Which entries to list. Titles are searched by whoever knows what the user may see. */
export interface ListPage {
  readonly list: ListName
  /** The id of the user whose list it is. */
  readonly userId: string
  /** The id of the folder, of the list `folder`. */
  readonly folder?: string
  /** List only entries after this one. */
  readonly after?: ListPlace
  readonly limit: number
}

/** What a document is called and what it is, for lists. The store can't read it in the document. */
export interface Label {
  /** `undefined` removes it. */
  readonly title: string | undefined
  /** Counts only if none was said before: a document stays what it is. */
  readonly kind?: string
}

/** What a user says of a document in its own lists; what is omitted stays. */
export interface Mark {
  readonly isStarred?: boolean
  /** Whether it is left out of what others share with the user. */
  readonly isHidden?: boolean
}

/** A folder of a user. Nobody else sees it. */
export interface Folder {
  /** 1 to 32 characters; no two folders of a user have the same. */
  readonly id: string
  readonly name: string
}

/** Which documents of the trash to list. */
export interface TrashPage {
  /** List only those that were put there before this time. */
  readonly beforeMs: number
  /** List only documents whose names come after this one. */
  readonly after?: string
  readonly limit: number
}

/** How many documents a list is made of: those whose records, or marks, changed last. */
export const MOST_OF_LIST = 5_000
/** How many documents of one owner are in the list of what is shared with a user. */
export const MOST_OF_OWNER = 200
/** The owner, in databases, of a document that nobody owns. No user has this id, and unlike NULL it equals itself. */
export const NOBODY = ''
/** How many documents of a user have a star, and how many others are hidden. The oldest of each go first. */
export const MOST_MARKS = 5_000
/** How many folders a user has. */
export const MOST_FOLDERS = 200
/** How many documents a user has in folders. Those that were put there first go first. */
export const MOST_PLACED = 5_000

/**
 * Keeps the lists of users: whose documents there are, as the records say that the store has, and what users
 * and editors say of them. A document's entries and marks go with it.
 *
 * @see PROTOCOL.md HM1
 */
export interface DocumentLists {
  /**
   * Lists documents, the last changed one first. It doesn't know what the user may see.
   *
   * - `own`: those that the user owns
   * - `shared`: at most {@link MOST_OF_OWNER} of each owner whose record names the user, without hidden ones; if
   *   that is more than {@link MOST_OF_LIST}, those with a star, and as many of each owner. HM22
   * - `starred`: those with a star
   * - `trash`: those in the trash that the user owns, which are in no other list
   * - `folder`: those that the user has put into the folder of the page
   */
  listOf(page: ListPage): Promise<readonly Entry[]>

  /**
   * Says what a document is called. Does nothing if there is none, and changes none of its times.
   *
   * @param incarnation of the document; if omitted, the current one
   */
  label(roomName: string, label: Label, incarnation?: string): Promise<void>

  /** Marks a document for a user. Does nothing if there is none. */
  mark(userId: string, roomName: string, mark: Mark): Promise<void>

  /** Returns the folders of a user, in any order. */
  folders(userId: string): Promise<readonly Folder[]>

  /** Adds an empty folder. @returns whether there is a place for it: a user has {@link MOST_FOLDERS} */
  addFolder(userId: string, folder: Folder): Promise<boolean>

  /** Renames a folder. @returns whether the user has it */
  renameFolder(userId: string, folder: Folder): Promise<boolean>

  /** Removes a folder, and no document. @returns whether the user had it */
  removeFolder(userId: string, id: string): Promise<boolean>

  /**
   * Puts a document into a folder, and takes it out of the one that it was in. Does nothing if there is no document.
   *
   * @param folder its id; `undefined` for none
   * @returns whether the user has the folder
   */
  place(userId: string, roomName: string, folder: string | undefined): Promise<boolean>

  /** Lists documents in the trash, in the order of their names. */
  trashed(page: TrashPage): Promise<readonly string[]>
}
