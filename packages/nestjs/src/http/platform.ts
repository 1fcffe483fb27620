import type { HttpAdapterHost } from '@nestjs/core'

type Platform = HttpAdapterHost['httpAdapter']

/**
 * Calls back when the platform exists, which in a testing module is after its providers. Never calls back
 * in an application without HTTP.
 *
 * @throws {TypeError} if the application listens already, and takes no more hooks and routes
 * @see PROTOCOL.md NE7, NE16
 */
export function whenThereIsHttp(
  host: HttpAdapterHost,
  callback: (platform: Platform) => void,
): void {
  if (host.listening) throw tooLate()
  host.init$.subscribe(() => {
    const platform = host.httpAdapter as Platform | null | undefined
    if (platform) callback(platform)
  })
}

function tooLate(): TypeError {
  return new TypeError(
    'The application listens already, so the calls can’t be added to it. Import WhereaboutsModule in a module that is there from the start.',
  )
}
