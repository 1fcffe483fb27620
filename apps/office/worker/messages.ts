/**
 * What a window tells the worker: that it may begin to serve, or the script that the window runs. To
 * the latter the worker answers whether that is of its own version.
 */
export type Message = 'take' | { readonly entry: string }
