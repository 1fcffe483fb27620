declare module 'compression' {
  import type { RequestHandler } from 'express'
  /** The Express middleware that compresses answers; the package brings no types. */
  export default function compression(options?: { readonly threshold?: number }): RequestHandler
}
