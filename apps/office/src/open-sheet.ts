import '@univerjs/preset-sheets-core/lib/index.css'

// Loaded when it is needed: it is the heavy part of the page.
export { openSheet } from '@whereabouts/univer'
