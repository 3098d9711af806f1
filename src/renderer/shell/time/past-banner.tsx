/** Says that the past is shown, and the way back. */
import type { Problem } from '../../model/session/problem.ts'
import { Button } from '../../ui/button.tsx'
import { useShownTime } from '../../model/shown-time.ts'
import { moveHead, usePlayhead } from './playhead.ts'
import { agoText, clockText } from './time-text.ts'

interface PastBannerProps {
  /** ms */
  readonly now: number
  /** Why the moment cannot be shown. */
  readonly problem: Problem | null
}

export function PastBanner({ now, problem }: PastBannerProps) {
  const { at } = usePlayhead()
  const shown = useShownTime()
  if (at === null) return null
  const spanMs = now - at
  const isLate = shown === null && problem === null
  return (
    <div className="past-banner" role="status" aria-label="The past is shown" data-late={isLate}>
      <p>
        <strong>{clockText(at, { now, spanMs })}</strong>, {agoText(spanMs)}
        {problem !== null && <span className="text-failed">. {problem.message}</span>}
      </p>
      <Button aria-keyshortcuts="Escape" onClick={() => moveHead(null)}>
        Live <kbd>Esc</kbd>
      </Button>
    </div>
  )
}
