import type { LoggerService } from '@nestjs/common'
import type { Log } from '@whereabouts/server'

/** Records log lines, for `app.useLogger()` and for a server. */
export class RecordingLog implements LoggerService, Log {
  readonly warnings: string[] = []
  readonly errors: string[] = []

  log(): void {}

  info(): void {}

  warn(message: unknown): void {
    this.warnings.push(String(message))
  }

  error(message: unknown): void {
    this.errors.push(String(message))
  }
}
