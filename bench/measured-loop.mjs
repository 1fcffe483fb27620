// Loaded before a server (`node --import`): says, when the parent asks, for how long at the most its
// event loop was held up since it was asked before, and how much memory it has.
const TICK_MS = 5

let latestMs = performance.now()
let longestMs = 0
setInterval(() => {
  const nowMs = performance.now()
  longestMs = Math.max(longestMs, nowMs - latestMs - TICK_MS)
  latestMs = nowMs
}, TICK_MS).unref()

process.on('message', () => {
  process.send?.({ heldUpMs: longestMs, rssBytes: process.memoryUsage.rss() })
  longestMs = 0
})
// A parent that listens is no reason to stay.
process.channel?.unref()
