/** Instants and spans in the words of the strip. */
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const exact = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
const day = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' })

const HOUR = 3_600_000

/** `14:02`, with seconds where minutes would not tell it apart, and the day where it is another one. */
export function clockText(at: number, { now, spanMs }: { now: number; spanMs: number }): string {
  const text = (spanMs < HOUR ? exact : clock).format(at)
  const isToday = new Date(at).toDateString() === new Date(now).toDateString()
  return isToday ? text : `${day.format(at)} ${text}`
}

/** `12 min ago`, `3 h ago`, `2 days ago` */
export function agoText(ms: number): string {
  if (ms < 60_000) return `${Math.max(1, Math.round(ms / 1000))} s ago`
  if (ms < HOUR) return `${Math.round(ms / 60_000)} min ago`
  if (ms < 48 * HOUR) return `${Math.round(ms / HOUR)} h ago`
  return `${Math.round(ms / (24 * HOUR))} days ago`
}
