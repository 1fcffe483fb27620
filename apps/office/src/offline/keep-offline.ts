import { BASE } from '../base.js'
import type { Message } from '../../worker/messages.js'
import { NewVersion } from './new-version.js'

const WORKER = `${BASE}offline.js`
const HOUR_MS = 3_600_000

/**
 * Has the browser keep the application, so that it opens without the server, and says when there is a
 * new version of it. Does nothing where the operator, the browser or the address doesn't allow it.
 *
 * @see OFFICE.md OF25, OF29
 */
export async function keepOffline(): Promise<void> {
  try {
    await follow(await navigator.serviceWorker.register(WORKER))
  } catch {
    // The browser refuses, or something before the server answers for it. Then nothing is kept, and
    // nothing says so.
  }
}

async function follow(registration: ServiceWorkerRegistration): Promise<void> {
  const follower = new Follower(registration)
  follower.watch(registration.installing)
  registration.addEventListener('updatefound', () => follower.watch(registration.installing))
  navigator.serviceWorker.addEventListener('controllerchange', follower.replaced)
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) follower.ask()
  })
  setInterval(follower.ask, HOUR_MS)
  follower.ask()
}

class Follower {
  readonly #newVersion = new NewVersion()
  /** Whether another window has taken a version that came after this window. */
  #wasReplaced = false

  constructor(private readonly registration: ServiceWorkerRegistration) {}

  /** Asks the server whether there is a new version. */
  readonly ask = (): void => {
    // Without the server there is what is here.
    const asked = this.registration.update().catch(() => undefined)
    void asked.then(() => this.#look())
  }

  readonly replaced = (): void => {
    this.#wasReplaced = true
    void this.#look()
  }

  watch(installing: ServiceWorker | null): void {
    installing?.addEventListener('statechange', () => void this.#look())
  }

  async #look(): Promise<void> {
    const { waiting, active } = this.registration
    const latest = waiting ?? (this.#wasReplaced ? active : null)
    if (latest === null) return
    if (!(await isOfThisWindow(latest))) return this.#newVersion.show(waiting)
    this.#newVersion.hide()
    // The server has sent this window the new version already.
    tell(waiting, 'take')
  }
}

/** Asks a worker whether this window runs its version. */
function isOfThisWindow(worker: ServiceWorker): Promise<boolean> {
  const { port1, port2 } = new MessageChannel()
  return new Promise((resolve) => {
    port1.addEventListener('message', ({ data }) => {
      resolve(data === true)
      port1.close()
    })
    port1.start()
    tell(worker, { entry: ownEntry() }, [port2])
  })
}

function tell(worker: ServiceWorker | null, message: Message, ports: Transferable[] = []): void {
  worker?.postMessage(message, ports)
}

/** Returns the path, below the application's root, of the script that started this window. */
function ownEntry(): string {
  const script = document.querySelector<HTMLScriptElement>('script[type="module"]')
  return new URL(script!.src).pathname.slice(BASE.length)
}
