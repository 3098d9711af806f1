/** A refusal, said at the place of the act: the rule, then what to do instead. */
import type { Problem } from '../model/session/problem.ts'
import { Button } from '../ui/button.tsx'

interface ProblemNoteProps {
  readonly problem: Problem | null
  /** Left out where it goes by itself. */
  readonly onClose?: () => void
}

export function ProblemNote({ problem, onClose }: ProblemNoteProps) {
  return (
    <div className="problem-slot" role="alert">
      {problem && (
        <div
          className="problem flex items-start gap-2 text-12"
          data-unsent={problem.sendAgain && ''}
        >
          <p>
            {problem.message}
            {problem.hint && <span className="hint">{problem.hint}</span>}
          </p>
          {problem.sendAgain && <Button onClick={problem.sendAgain}>Send again</Button>}
          {onClose && <Button look="quiet" icon="close" aria-label="Dismiss" onClick={onClose} />}
        </div>
      )}
    </div>
  )
}
