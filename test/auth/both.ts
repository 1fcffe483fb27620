import { expect, vi } from 'vitest'
import { freePort } from '../servers/free-port.js'
import { startServer, type RunningServer } from '../servers/standalone.js'
import { oidcVariables, startProvider } from './provider.js'

/** Resolves when people can log in. */
export async function untilOpen(server: RunningServer): Promise<void> {
  const isOpen = () => expect(server.output()).toContain('people log in at')
  await vi.waitFor(isOpen, { timeout: 20_000 })
}

/** A server at a predefined address, and its login provider. */
export async function startBoth(
  options: {
    readonly hasRefresh?: boolean
    readonly tokensS?: number
    /** Further ones of the server's environment. */
    readonly variables?: { readonly [name: string]: string }
  } = {},
) {
  const port = await freePort()
  const publicUrl = `http://127.0.0.1:${port}`
  const provider = await startProvider({ publicUrl, ...options })
  const variables = { ...oidcVariables(provider.url, publicUrl), ...options.variables }
  const server = await startServer({}, port, [], variables)
  await untilOpen(server)
  const stop = async () => {
    await server.stop()
    await provider.stop()
  }
  return { publicUrl, provider, server, variables, [Symbol.asyncDispose]: stop }
}
