/** What the build tells the worker of the application. */
export interface Build {
  /** Another one for every other set of files. */
  readonly version: string
  /** The path of the script that the application's page starts, such as `assets/index-BuHaCoRi.js`. */
  readonly entry: string
  /** The files of the application, by their paths below its root. */
  readonly files: readonly { readonly url: string; readonly integrity: string }[]
}

/** Where the build writes it. */
export const BUILD = 'self.build'
/** The worker's file in the folder of the build, and its address below the application's root. */
export const WORKER = 'offline.js'
