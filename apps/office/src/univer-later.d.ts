/** Made by the build. @see build/univer.ts */
declare module 'virtual:univer-functions' {
  import type { IFunctionInfo } from '@univerjs/preset-sheets-core'

  /** Describes each function that the worker calculates. */
  export const functions: IFunctionInfo[]
}

/** Made by the build. @see build/univer.ts */
declare module 'virtual:univer-icons' {
  import type { ComponentType, SVGProps } from 'react'

  export type Icon = ComponentType<SVGProps<SVGSVGElement>>
  export type Icons = { readonly [name: string]: Icon }
  /** Each icon that Univer uses. */
  export const icons: Icons
}

/** Made by the build. @see build/cell-dropdowns.ts */
declare module 'virtual:univer-dropdowns' {
  export {
    ISheetCellDropdownManagerService,
    SheetCellDropdownManagerService,
  } from '@univerjs/preset-sheets-core'
}
