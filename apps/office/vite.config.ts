import { defineConfig } from 'vite'

export default defineConfig({
  build: {
    target: 'es2022',
    // Univer is one chunk of several megabytes, loaded after the room has been joined.
    chunkSizeWarningLimit: 8_000,
  },
})
