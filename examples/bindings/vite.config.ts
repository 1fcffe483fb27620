import { defineConfig } from 'vite'

export default defineConfig({
  resolve: {
    // The client's own imports, and each binding's, are one Yjs.
    dedupe: ['react', 'react-dom', 'y-protocols', 'yjs'],
    // y-monaco imports Monaco by a path that later versions don't export.
    alias: [{ find: /^monaco-editor\/esm\/vs\//, replacement: 'monaco-editor/' }],
  },
  build: { target: 'es2022', chunkSizeWarningLimit: 8_000 },
  worker: { format: 'es' },
})
