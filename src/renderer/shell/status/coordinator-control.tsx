/** What the coordinator does, in one line, and the button that pauses or resumes it. Never hidden. */
import { useCommand, useYard } from '../../model/session/session-context.tsx'
import type { Summary } from '../../../contract/view.ts'
import { Button } from '../../ui/button.tsx'
import { instantText } from '../../ui/format.ts'
import { ProblemNote } from '../../components/problem-note.tsx'
import { Lamp } from '../../components/status-badge.tsx'

export function CoordinatorControl() {
  const summary = useYard((view) => view.summary)
  const { run, isBusy, problem, dismiss } = useCommand()
  if (summary === null) return null
  const { paused, agents } = summary
  const state = paused ? 'paused' : agents.alive > 0 ? 'in-progress' : 'ready'
  return (
    <div className="coordinator">
      <p className="coordinator-state" role="status" data-st={state} title={pausedText(summary)}>
        <Lamp state={state} />
        <span className="coordinator-word">
          {paused ? 'Paused' : agents.alive > 0 ? 'Working' : 'Idle'}
        </span>{' '}
        <span className="coordinator-count">
          {agents.alive} of {agents.max}
          <span className="coordinator-unit"> {agents.max === 1 ? 'agent' : 'agents'}</span>
        </span>
      </p>
      <Button
        look={paused ? 'main' : 'plain'}
        icon={paused ? 'play' : 'pause'}
        isBusy={isBusy}
        onClick={() => void run(({ service }) => (paused ? service.resume() : service.pause()))}
      >
        {paused ? 'Resume' : 'Pause'}
      </Button>
      <ProblemNote problem={problem} onClose={dismiss} />
    </div>
  )
}

/** `Paused by you, 14:02. Living agents go on.` */
function pausedText({ paused, pausedAt, pausedBy }: Summary): string | undefined {
  if (!paused) return undefined
  const by = pausedBy === null ? '' : ` by ${pausedBy}`
  const at = pausedAt === null ? '' : `, ${instantText(pausedAt)}`
  return `Paused${by}${at}. Living agents go on; nothing new starts.`
}
