/** The counts of webhooks, for metrics. */
export interface WebhookCounts {
  /** Messages that the receiver has taken. */
  readonly sent: number
  /** Attempts that failed. */
  readonly failed: number
  /** Happenings, or messages, that were given up. */
  readonly dropped: number
  /** Messages that wait. */
  readonly waiting: number
}

export const NOTHING_COUNTED: WebhookCounts = { sent: 0, failed: 0, dropped: 0, waiting: 0 }
