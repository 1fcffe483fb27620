import type { DelimitedOptions } from '@whereabouts/univer/files'
import type { SheetsEnd, ToSave } from '@whereabouts/univer'

/** What the worker is asked, one thing after the other. */
export type FileQuestion =
  | {
      readonly ask: 'read'
      readonly bytes: Uint8Array
      readonly name: string
      /** Where the sheets go; without it they become a document of their own. */
      readonly end?: SheetsEnd
    }
  /** Stores the sheets that were read in a room of their own. */
  | { readonly ask: 'store'; readonly room: string }
  /** Hands over the updates with the sheets that were read. */
  | { readonly ask: 'take' }
  | { readonly ask: 'write'; readonly toSave: ToSave; readonly form: FileForm }

/** A form in which sheets are saved. */
export type FileForm = 'xlsx' | DelimitedOptions

/** What the worker answers. */
export type FileAnswer =
  /** @property leftOut what is left out, one line each */
  | { readonly answer: 'read'; readonly leftOut: readonly string[] }
  | { readonly answer: 'stored' }
  | { readonly answer: 'taken'; readonly updates: readonly Uint8Array[] }
  | { readonly answer: 'written'; readonly bytes: Uint8Array }
  /** @property sentence why, for people */
  | { readonly answer: 'failed'; readonly sentence: string }
