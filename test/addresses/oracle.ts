const NAME = /^[A-Za-z0-9._:~-]{1,128}$/
const CALLS = new Set(['events', 'location', 'leave', 'document', 'document/sync'])

/** Parses a target by HT10, HT11, HT21 and HT22, step by step, unlike the server. */
export function expectedOf(target: string): { room: string; call: string } | undefined {
  if (target.includes('#')) return undefined
  const path = withoutOrigin(target)?.split('?', 1)[0]
  if (path === undefined || path.includes(';') || path.includes('\\')) return undefined
  const [nothing, rooms, room = '', ...rest] = path.split('/')
  const call = rest.join('/')
  if (nothing !== '' || rooms !== 'rooms' || !CALLS.has(call)) return undefined
  const name = decoded(room)
  const isName = name !== undefined && NAME.test(name) && name !== '.' && name !== '..'
  return isName ? { room: name, call } : undefined
}

function withoutOrigin(target: string): string | undefined {
  if (target.startsWith('/')) return target
  const [scheme = '', empty, host = '', ...rest] = target.split('/')
  const isHttp = ['http:', 'https:'].includes(scheme.toLowerCase())
  const isHost = host !== '' && !host.includes('?') && !host.includes('\\')
  return isHttp && empty === '' && isHost ? `/${rest.join('/')}` : undefined
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
