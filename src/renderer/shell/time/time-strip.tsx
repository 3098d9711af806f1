/** What happened when. Moving its head shows the graph as it stood then. */
import { Pause, Play, Radio, SkipForward } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useYard } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { Select } from '../../ui/popups.tsx'
import { useCommands } from '../../actions/commands.ts'
import { KeyHint } from '../../actions/key-hint.tsx'
import { readableKey } from '../../actions/keys.ts'
import { useForecast } from '../../model/use-forecast.ts'
import { getPlayhead, moveHead, replay, usePlayhead } from './playhead.ts'
import { StripSlider } from './strip-slider.tsx'
import { type Activity, useActivity, useIsLive } from './use-activity.ts'
import { useGraphAt } from './use-graph-at.ts'
import './time.css'
import type { Problem } from '../../model/session/problem.ts'
import { useShownTime } from '../../model/shown-time.ts'
import { agoText, clockText } from './time-scale.ts'

const SPANS = [
  ['all', 'All'],
  ['10000', '10 s'],
  ['60000', '1 min'],
  ['600000', '10 min'],
  ['3600000', '1 h'],
  ['21600000', '6 h'],
  ['86400000', '24 h'],
  ['604800000', '7 d'],
] as const
type Span = (typeof SPANS)[number][0]

export function TimeStrip() {
  const [span, setSpan] = useState<Span>('all')
  const slider = useRef<HTMLDivElement>(null)
  const { value: activity, problem } = useActivity(span === 'all' ? null : Number(span))
  const refusal = useGraphAt(activity)
  const end = useEnd()
  useCommands({ time: () => slider.current?.focus() })
  useEscape()
  return (
    <div className="time-strip flex items-center gap-2" role="group" aria-label="Time">
      {activity && <HistoryBanner now={activity.to} problem={refusal} />}
      {activity ? (
        <>
          <Controls activity={activity} />
          <StripSlider ref={slider} activity={activity} isSliding={span !== 'all'} end={end} />
          <Select label="Span of time" value={span} options={SPANS} onChange={setSpan} />
        </>
      ) : (
        problem && <p className="text-12 text-text-2">{problem.message}</p>
      )}
    </div>
  )
}

function Controls({ activity }: { readonly activity: Activity }) {
  const { at, isReplaying } = usePlayhead()
  const isLive = useIsLive()
  const Mark = isReplaying ? Pause : at === null ? SkipForward : Play
  return (
    <>
      <Button
        icon={Mark}
        look="quiet"
        aria-label={
          isReplaying ? 'Stop the replay' : at === null ? 'Replay from the start' : 'Replay'
        }
        title={`Replay, up to 60 times as fast; idle time is skipped (${readableKey('space')})`}
        onClick={() => replay(activity)}
      />
      <Button
        icon={Radio}
        look="quiet"
        className="time-live"
        aria-pressed={at === null && isLive}
        onClick={() => moveHead(null)}
      >
        {isLive || at !== null ? 'Live' : 'Not live'}
      </Button>
    </>
  )
}

/** Of the living yard, also while the past is shown. ms; null = nothing can be said, or nothing goes on. */
function useEnd(): number | null {
  const finish = useForecast()?.finish
  const isPaused = useYard((view) => view.summary?.paused ?? true)
  return finish && !isPaused ? Date.parse(finish.p50) : null
}

/** Esc goes back to the present, unless something nearer has used it. */
function useEscape(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || event.defaultPrevented || getPlayhead().at === null) return
      event.preventDefault()
      moveHead(null)
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [])
}

// Says that the past is shown, and the way back.

interface PastBannerProps {
  /** ms */
  readonly now: number
  readonly problem: Problem | null
}

export function HistoryBanner({ now, problem }: PastBannerProps) {
  const { at } = usePlayhead()
  const shown = useShownTime()
  if (at === null) return null
  const spanMs = now - at
  const isLate = shown === null && problem === null
  return (
    <div
      className="past-banner flex items-center gap-3 text-12"
      role="status"
      aria-label="The past is shown"
      data-late={isLate}
    >
      <p>
        <strong>{clockText(at, { now, spanMs })}</strong>, {agoText(spanMs)}
        {problem !== null && <span className="text-failed">. {problem.message}</span>}
      </p>
      <Button aria-keyshortcuts="Escape" onClick={() => moveHead(null)}>
        Live <KeyHint keys="escape" />
      </Button>
    </div>
  )
}
