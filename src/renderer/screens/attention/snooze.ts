/** Putting off what waits for a person: for an hour, or until it says something else (its key is another one then). */
import { useEffect, useMemo, useState } from 'react'
import { getPreferences, setPreferences, usePreferences } from '../../model/preferences.ts'
import { useThrottledYard, useSession } from '../../model/session/session-context.tsx'
import { attentionItems, type AttentionItem } from './attention-items.ts'

export const HOUR_MS = 3_600_000
/** So far away that only a change ends it. */
export const UNTIL_CHANGE = Number.MAX_SAFE_INTEGER

type Snoozed = Readonly<Record<string, number>>

export const isAsleep = (snoozed: Snoozed, key: string, now: number): boolean =>
  (snoozed[key] ?? 0) > now

/** What is kept at most: what was put off until it changes may never come again. */
const MOST = 200

/** With one more, or without it where `until` is 0. What has woken is forgotten. Times in ms. */
export function withSnooze(
  snoozed: Snoozed,
  { key, until, now }: { readonly key: string; readonly until: number; readonly now: number },
): Record<string, number> {
  const others = Object.entries(snoozed).filter(([each, end]) => each !== key && end > now)
  const all = until === 0 ? others : [...others, [key, until] as const]
  return Object.fromEntries(all.slice(-MOST))
}

/** `until` in ms; 0 wakes it. */
export function snooze(key: string, until: number): void {
  const { snoozed } = getPreferences()
  setPreferences({ snoozed: withSnooze(snoozed, { key, until, now: Date.now() }) })
}

export function useAwake(items: readonly AttentionItem[]) {
  const snoozed = usePreferences((preferences) => preferences.snoozed)
  const now = useWakeUps(snoozed)
  return {
    awake: items.filter(({ key }) => !isAsleep(snoozed, key, now)),
    asleep: items.filter(({ key }) => isAsleep(snoozed, key, now)),
  }
}

/** The time, taken anew whenever one wakes. */
function useWakeUps(snoozed: Snoozed): number {
  const [now, setNow] = useState(() => Date.now())
  const times = Object.values(snoozed).filter((until) => until > now && until !== UNTIL_CHANGE)
  const next = times.length > 0 ? Math.min(...times) : null
  useEffect(() => {
    if (next === null) return undefined
    const timer = setTimeout(() => setNow(Date.now()), Math.max(0, next - Date.now()) + 1)
    return () => clearTimeout(timer)
  }, [next])
  return now
}

const CALM = { everyMs: 1000 }

/** How many things are awake, for the parts of the frame that count them. */
export function useAttentionCount(): number {
  const { yard } = useSession()
  const summary = useThrottledYard((view) => view.summary, CALM)
  const items = useMemo(() => {
    const { tasks, agents } = yard.getState()
    return summary === null ? [] : attentionItems(summary, tasks, agents)
  }, [summary, yard])
  return useAwake(items).awake.length
}
