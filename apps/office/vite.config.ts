import { defineConfig } from 'vite'

export default defineConfig({
  build: {
    target: 'es2022',
    // Univer is one chunk of several megabytes, loaded after the room has been joined.
    chunkSizeWarningLimit: 8_000,
    rolldownOptions: {
      onLog(level, log, handle) {
        // Univer's own libraries say "use client", which means nothing here.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log)
      },
    },
  },
})
