import { connect } from 'node:tls'

const WITHIN_MS = 2_000

/**
 * Returns the version of HTTP that a server would speak with a browser. Node's own `fetch` speaks
 * HTTP/1.1 whatever the server can.
 */
export function negotiated(address: string): Promise<string | undefined> {
  const { protocol, hostname, port } = new URL(address)
  if (protocol === 'http:') return Promise.resolve('http/1.1')
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(port || 443),
      servername: isName(hostname) ? hostname : '',
      ALPNProtocols: ['h2', 'http/1.1'],
      timeout: WITHIN_MS,
    })
    const settle = (version: string | undefined) => {
      socket.destroy()
      resolve(version)
    }
    socket.once('secureConnect', () => settle(socket.alpnProtocol || 'http/1.1'))
    socket.once('timeout', () => settle(undefined))
    socket.once('error', () => settle(undefined))
  })
}

/** An address has no name that a certificate could be chosen by. */
function isName(hostname: string): boolean {
  return /[a-z]/i.test(hostname) && !hostname.startsWith('[')
}
