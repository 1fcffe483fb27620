const MODIFIERS = new Set(['Alt', 'Control', 'Meta', 'Shift'])

/**
 * Returns a signal that aborts when the user next presses a key or a button. Something that opens late must not take the
 * focus after that: the user is typing elsewhere.
 */
export function untilUserActs(): AbortSignal {
  const acts = new AbortController()
  const look = (event: Event) => {
    const isModifier = event instanceof KeyboardEvent && MODIFIERS.has(event.key)
    if (!isModifier) acts.abort()
  }
  const { signal } = acts
  for (const type of ['keydown', 'pointerdown']) {
    addEventListener(type, look, { capture: true, signal })
  }
  return signal
}
