import type { HttpAdapterHost } from '@nestjs/core'

type Platform = HttpAdapterHost['httpAdapter']

/**
 * Calls back when the platform is there, which a testing module has later than its providers; never in
 * an application without HTTP.
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
