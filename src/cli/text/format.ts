/** Moments and lengths of time for people. Moments come as ISO 8601 and are shown in this machine's zone. */
import { isClipped } from '../../base/instant.ts'
import type { Usage } from '../../domain/agent.ts'

/** `2026-03-01 09:00:07`, marked where it was clipped to what a date can hold. */
export function moment(iso: string): string {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return iso
  return `${dayOf(at)} ${timeOf(at)}${isClipped(at.getTime()) ? ' (clipped)' : ''}`
}

/** `09:00:07`, with the day when it is not today. */
export function clock(iso: string, now: Date = new Date()): string {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return iso
  return dayOf(at) === dayOf(now) ? timeOf(at) : moment(iso)
}

const two = (n: number): string => String(n).padStart(2, '0')
const dayOf = (at: Date): string =>
  `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
const timeOf = (at: Date): string =>
  `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`

/** `850 ms`, `12.3 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h` */
export function span(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
  const hours = Math.round(minutes / 60)
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** Between two ISO moments; null while one is missing. */
export function between(from: string | null, to: string | null): number | null {
  if (from === null || to === null) return null
  const ms = new Date(to).getTime() - new Date(from).getTime()
  return Number.isNaN(ms) ? null : Math.max(0, ms)
}

/** Tokens and their price for people. */

/** `12,300 in, 450 out, $0.0213`; null when nothing is known. */
export function tokensOf(usage: Usage | null): string | null {
  if (usage === null) return null
  const { inputTokens, outputTokens, costUsd } = usage
  const parts = [
    inputTokens === null ? null : `${count(inputTokens)} in`,
    outputTokens === null ? null : `${count(outputTokens)} out`,
    costUsd === null ? null : dollarsOf(costUsd),
  ].filter((part) => part !== null)
  if (parts.length === 0) return null
  return `${usage.atLeast ? 'at least ' : ''}${parts.join(', ')}`
}

/** Cents, and where that would be nothing, as much as it takes to see something. */
export const dollarsOf = (usd: number): string => `$${usd.toFixed(usd === 0 || usd >= 10 ? 2 : 4)}`

export const count = (n: number): string => n.toLocaleString('en-US')

/** Marked where it is a lower bound; `atLeast` counts the tries that make it one. */
export const bound = ({ atLeast }: { readonly atLeast: number }, figure: string): string =>
  atLeast > 0 && figure !== '' ? `≥${figure}` : figure

export const BOUND_NOTE = '≥ at least: not every try told all that it used'
