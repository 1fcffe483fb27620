// Loaded before a server (`node --import`). Reports to the parent, on request, how long the event
// loop was blocked at most since the previous request, and how much memory it uses.
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
// The channel to the parent must not keep the process alive.
process.channel?.unref()
