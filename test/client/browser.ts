import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type BrowserContext } from 'playwright-core'
import { build } from 'vite'

/** The test page with the client in it, as one file of HTML. */
export async function bundlePage(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"development"' },
    build: {
      write: false,
      minify: false,
      lib: {
        entry: fileURLToPath(new URL('page.ts', import.meta.url)),
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

/** Chromium with the back-forward cache, which playwright turns off, as people have it. */
export async function launchChromium(): Promise<Browser & AsyncDisposable> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

export type { Browser, BrowserContext }
