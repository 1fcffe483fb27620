import type { HttpAdapterHost } from '@nestjs/core'

type Platform = HttpAdapterHost['httpAdapter']

/**
 * Calls back when the platform exists, which in a testing module is after its providers. Never calls back
 * in an application without HTTP.
 *
 * @see PROTOCOL.md NE7
 */
export function whenThereIsHttp(
  host: HttpAdapterHost,
  callback: (platform: Platform) => void,
): void {
  host.init$.subscribe(() => {
    const platform = host.httpAdapter as Platform | null | undefined
    if (platform) callback(platform)
  })
}
