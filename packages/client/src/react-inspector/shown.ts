import type { Json } from '@whereabouts/protocol'
import { createContext, useContext } from 'react'
import { type InspectorTexts, TEXTS } from './texts.js'

export const Texts = /* @__PURE__ */ createContext<InspectorTexts>(TEXTS)

export function useTexts(): InspectorTexts {
  return useContext(Texts)
}

const MOST_CHARACTERS = 200

/** Returns a JSON value as text, cut. */
export function shortJson(value: Json | undefined): string {
  return short(JSON.stringify(value) ?? '')
}

export function short(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text
}

/** @example clock(61_250) // '1:01.250' */
export function clock(ms: number): string {
  const whole = Math.round(ms)
  const seconds = String(Math.floor(whole / 1_000) % 60).padStart(2, '0')
  return `${Math.floor(whole / 60_000)}:${seconds}.${String(whole % 1_000).padStart(3, '0')}`
}
