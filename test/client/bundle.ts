import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** Bundles a test page with the client into one HTML file. */
export async function bundlePage(page: URL): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"development"' },
    build: {
      write: false,
      minify: false,
      lib: {
        entry: fileURLToPath(page),
        formats: ['iife'],
        name: 'bundled',
      },
    },
  })
  const [result] = [built].flat()
  if (result === undefined || !('output' in result)) throw new Error('vite bundled nothing')
  const script = result.output[0].code.replaceAll('</script', '<\\/script')
  return `<!doctype html><meta charset="utf-8"><title>test</title><body><script>${script}</script>`
}
