import { it } from 'vitest'
import { size } from './size.js'

type Define = (name: string, body: () => Promise<void>, timeoutMs?: number) => void

/**
 * Defines a test that only repeats, in a window, what other tests of the gate prove. The gate has none of it.
 *
 * @see CONTRIBUTING.md, What is in the gate, and what is nightly
 */
export const atNight: Define = size<Define>(() => undefined, it)
