import type { DelimitedOptions, FileFault, LeftOut } from '@whereabouts/univer/files'
import type { SheetsEnd, ToSave } from '@whereabouts/univer'
import type { Reported } from '../language/problems.js'

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
  | { readonly answer: 'read'; readonly leftOut: readonly LeftOut[] }
  | { readonly answer: 'stored' }
  | { readonly answer: 'taken'; readonly updates: readonly Uint8Array[] }
  | {
      readonly answer: 'written'
      readonly bytes: Uint8Array
      /** What the file doesn't have. */
      readonly leftOut: readonly LeftOut[]
    }
  | { readonly answer: 'failed'; readonly failure: Failure }

/** What is wrong with a file, or what the server refused; `null` if the server couldn't be reached. */
export type Failure = { readonly fault: FileFault; readonly text: string } | Reported | null
