/** The keys of the strip while it has the focus. */
import type { KeyboardEvent } from 'react'
import { getPlayhead, moveHead, setReplaying } from './playhead.ts'
import { nextFailure, stepHead, stepMs, type HeadStep } from './time-scale.ts'
import type { Activity } from './use-activity.ts'

const isStill = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches

/** Null for a key that is none of the strip's. */
function stepOfKey({ key, shiftKey }: Pick<KeyboardEvent, 'key' | 'shiftKey'>): HeadStep | null {
  const steps: Readonly<Record<string, HeadStep>> = {
    ArrowLeft: shiftKey ? 'far-back' : 'back',
    ArrowDown: shiftKey ? 'far-back' : 'back',
    ArrowRight: shiftKey ? 'far-on' : 'on',
    ArrowUp: shiftKey ? 'far-on' : 'on',
    PageDown: 'far-back',
    PageUp: 'far-on',
    Home: 'first',
    End: 'live',
  }
  return steps[key] ?? null
}

export function pressHeadKey(event: KeyboardEvent, activity: Activity): void {
  const { at } = getPlayhead()
  const isLeap = event.metaKey || event.ctrlKey
  const step = stepOfKey(event)
  if (event.altKey) return
  if (isLeap && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
    const to = nextFailure(activity.failures, at, event.key === 'ArrowRight' ? 1 : -1)
    if (to !== null) moveHead(to)
  } else if (event.key === ' ') replay(activity)
  else if (step !== null && !isLeap) {
    const { from, to: now } = activity
    const one = stepMs({ from, now }, activity.bars.length)
    moveHead(stepHead(at, step, { from, now, one }))
  } else return
  event.preventDefault()
}

/** Plays from the head on, or from the start; where motion is not wanted it goes to the next bar with events instead. */
export function replay(activity: Activity): void {
  const { at, isReplaying } = getPlayhead()
  if (isStill()) {
    const next = activity.bars.find((bar) => bar.events > 0 && bar.at > (at ?? -Infinity))
    return moveHead(next?.at ?? null)
  }
  if (!isReplaying && at === null) moveHead(activity.from)
  setReplaying(!isReplaying)
}
