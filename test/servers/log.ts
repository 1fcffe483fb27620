import type { LoggerService } from '@nestjs/common'

/** What an application says in its log, line by line; for `app.useLogger()`. */
export class RecordingLog implements LoggerService {
  readonly warnings: string[] = []
  readonly errors: string[] = []

  log(): void {}

  warn(message: unknown): void {
    this.warnings.push(String(message))
  }

  error(message: unknown): void {
    this.errors.push(String(message))
  }
}
