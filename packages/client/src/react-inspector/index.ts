'use client'

export { Inspector, type InspectorProps, RecordingViewer } from './inspector.js'
export { type InspectorTexts, TEXTS } from './texts.js'
