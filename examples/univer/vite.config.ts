import { defineConfig } from 'vite'

export default defineConfig({
  // As one file, the formula worker would carry Univer's hyphenation of every language.
  worker: { format: 'es' },
  // Vite's dev server would move the package's code away from the worker beside it.
  optimizeDeps: { exclude: ['@whereabouts/univer'] },
  build: { target: 'es2022', chunkSizeWarningLimit: 8_000 },
})
