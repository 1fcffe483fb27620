/** Finishes something that a reload would lose. */
type Task = () => Promise<unknown>

/** How long a reload waits for what is unfinished. */
const MOST_MS = 3_000
const tasks: Task[] = []

/** Has something finished before this window is reloaded for a new version. */
export function beforeReload(task: Task): void {
  tasks.push(task)
}

/**
 * Finishes everything in the order in which it was asked for, or gives up after a while. What fails is reported,
 * and holds nothing up.
 *
 * @see OFFICE.md OF46
 */
export async function finishAll(): Promise<void> {
  const late = new Promise<void>((resolve) => {
    setTimeout(resolve, MOST_MS)
  })
  await Promise.race([finish(), late])
}

async function finish(): Promise<void> {
  for (const task of tasks) {
    try {
      await task()
    } catch (error) {
      // The browser asks before it closes a window whose edits would be lost.
      reportError(error)
    }
  }
}
