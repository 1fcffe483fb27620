import type { Message } from './messages.js'
import type { Channel } from './tab.js'

interface Envelope {
  readonly from: string
  readonly message: Message
}

/** How many channels to other tabs are kept open. */
const MOST_OPEN = 128

/**
 * Connects this tab with the others of the same name: one channel for all, and one for each tab, so that
 * what a room brings wakes only the tab that it is for.
 */
export function channelOf(
  name: string,
  self: string,
  receive: (from: string, message: Message) => void,
): Channel {
  const hear = ({ data: { from, message } }: MessageEvent<Envelope>) => receive(from, message)
  const listening = [name, `${name}:${self}`].map((each) => new BroadcastChannel(each))
  for (const channel of listening) channel.addEventListener('message', hear)
  const [all] = listening
  const others = new Map<string, BroadcastChannel>()
  const channelTo = (tab: string): BroadcastChannel => {
    const channel = others.get(tab) ?? new BroadcastChannel(`${name}:${tab}`)
    others.set(tab, channel)
    return channel
  }
  return {
    tell: (tab, message) => {
      const channel = tab === null ? all! : channelTo(tab)
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- of a window, not of a channel
      channel.postMessage({ from: self, message } satisfies Envelope)
      if (others.size > MOST_OPEN) closeAll(others)
    },
    close: () => {
      for (const channel of listening) channel.close()
      closeAll(others)
    },
  }
}

function closeAll(channels: Map<string, BroadcastChannel>): void {
  for (const channel of channels.values()) channel.close()
  channels.clear()
}
