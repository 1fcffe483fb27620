import { defineConfig } from 'vite'

export default defineConfig({
  // As a single file, the formula worker would contain Univer's hyphenation of every language.
  worker: { format: 'es' },
  // Otherwise Vite's dev server would separate the package's code from its worker.
  optimizeDeps: { exclude: ['@whereabouts/univer'] },
  build: { target: 'es2022', chunkSizeWarningLimit: 8_000 },
})
