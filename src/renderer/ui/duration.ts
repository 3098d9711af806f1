/** Durations and instants in the words of the window. Unknown is empty, never a zero. */
import { isClipped } from '../../base/instant.ts'
import { clock, dateClock, exactClock, exactDateClock, exactYearClock, yearClock } from './clock.ts'

/** `640ms`, `48s`, `12m 41s`, `3h 05m`, `2d 4h`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))}ms`
  const seconds = Math.floor(ms / 1000)
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m ${pad(seconds % 60)}s`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours}h ${pad(minutes % 60)}m`
  return `${Math.floor(hours / 24)}d ${hours % 24}h`
}

/** Of a counter that ticks once a second: no part of a second. */
export const elapsedText = (ms: number): string =>
  ms < 1000 ? '0s' : durationText(Math.floor(ms / 1000) * 1000)

/** What is left, as a clock that runs down: `9:05`, `1:12:05`, beyond a day `2d 4h`. */
export function remainingText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  if (seconds >= 86_400) return durationText(seconds * 1000)
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const rest = pad(seconds % 60)
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${pad(minutes)}:${rest}`
}

const isToday = (at: number): boolean => new Date(at).toDateString() === new Date().toDateString()

const INSTANT = { clock, date: dateClock, year: yearClock }
const LOGGED = { clock: exactClock, date: exactDateClock, year: exactYearClock }

/** The clock today, else the day with it, and the year where it is another; marked where it was clipped to what a date can hold. */
export const instantText = (iso: string): string => textOf(iso, false, INSTANT)

/** The words of a log, which is read from line to line, with seconds: the clock alone only while every line is of today. */
export function instantTextIn(all: readonly string[]): (iso: string) => string {
  const isDated = all.some((iso) => !isToday(Date.parse(iso)))
  return (iso) => textOf(iso, isDated, LOGGED)
}

function textOf(iso: string, isDated: boolean, format: typeof INSTANT): string {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return ''
  if (isClipped(at)) return `${new Date(at).getFullYear()} (clipped)`
  if (!isDated && isToday(at)) return format.clock.format(at)
  const isThisYear = new Date(at).getFullYear() === new Date().getFullYear()
  return (isThisYear ? format.date : format.year).format(at)
}

export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`
}

const pad = (n: number): string => String(n).padStart(2, '0')
