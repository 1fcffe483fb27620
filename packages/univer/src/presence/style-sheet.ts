const CSS = `
:host,
.pane,
.marker,
.selection {
  position: absolute;
  top: 0;
  left: 0;
  pointer-events: none;
}

:host {
  z-index: 9;
  overflow: hidden;
}

.rings {
  position: absolute;
  inset: 0;
  clip-path: inset(var(--cut));
}

/* A hidden area has no height or no width, and is shown as a line. */
.marker[data-hidden] .rings {
  inset: -2px;
  clip-path: none;
}

.selection {
  background: color-mix(in srgb, var(--color) 10%, transparent);
  box-shadow: inset 0 0 0 1px color-mix(in srgb, var(--color) 45%, transparent);
}

.ring {
  position: absolute;
  inset: calc(var(--at) * 2px);
  border: 2px solid var(--color);
}

.tags {
  position: absolute;
  bottom: 100%;
  left: var(--cut-left);
  display: flex;
  gap: 1px;
}

.marker[data-left] .tags {
  right: 0;
  left: auto;
}

.marker[data-tags='below'] .tags {
  top: 100%;
  bottom: auto;
}

.marker[data-tags='hidden'] .tags {
  visibility: hidden;
}

.tag {
  overflow: hidden;
  max-width: 9em;
  padding: 0 6px;
  border-radius: 4px 4px 0 0;
  background: var(--color, #374151);
  color: var(--ink, #fff);
  font:
    600 11px/17px system-ui,
    sans-serif;
  text-overflow: ellipsis;
  white-space: nowrap;
  unicode-bidi: isolate;
  /* A tag is rendered again at each of its member's actions, which restarts this. */
  animation: fade 0.3s 4s forwards;
}

.marker[data-pointed] .tag,
.tag[data-typing] {
  animation: none;
}

@keyframes fade {
  to {
    opacity: 0;
  }
}

.marker[data-tags='below'] .tag {
  border-radius: 0 0 4px 4px;
}

.tag[data-typing]::before {
  content: '✎ ';
}

.ring[data-status='away'] {
  border-style: dashed;
}

.ring[data-status='away'],
.tag[data-status='away'] {
  opacity: 0.45;
  filter: grayscale(1);
}

.texts {
  position: absolute;
  top: 0;
  left: 0;
  min-width: 100%;
  max-width: 320px;
  clip-path: inset(var(--cut-start));
}

.typing {
  box-sizing: border-box;
  overflow: hidden;
  padding: 2px 6px;
  border: 2px solid var(--color);
  background: #fff;
  color: #374151;
  font:
    italic 13px/18px system-ui,
    sans-serif;
  text-overflow: ellipsis;
  white-space: nowrap;
  unicode-bidi: isolate;
}

.typing::after {
  display: inline-block;
  width: 2px;
  height: 14px;
  margin-left: 2px;
  background: var(--color);
  vertical-align: -2px;
  animation: blink 1s steps(2) infinite;
  content: '';
}

@keyframes blink {
  50% {
    opacity: 0;
  }
}

@media (prefers-reduced-motion: reduce) {
  .typing::after {
    animation: none;
  }
}
`

let sheet: CSSStyleSheet | null = null

/**
 * Returns the style sheet of the markers. They are in a shadow tree, so the page's styles don't
 * affect them.
 */
export function styleSheet(): CSSStyleSheet {
  if (sheet === null) {
    sheet = new CSSStyleSheet()
    sheet.replaceSync(CSS)
  }
  return sheet
}
