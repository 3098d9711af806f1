/** The acts that make sense for a task now. */
import type { AgentView, TaskCard } from '../../contract/view.ts'
import { useCommand, type CommandRun } from '../session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { TwiceButton } from '../ui/twice-button.tsx'

interface TaskActsProps {
  readonly card: TaskCard
  readonly isHeld: boolean
  /** Its living agent. */
  readonly agent: AgentView | null
}

const RETRIED_FROM: ReadonlySet<string> = new Set(['failed', 'abandoned', 'waiting'])
const FINISHED: ReadonlySet<string> = new Set(['done', 'failed', 'abandoned'])

export function TaskActs({ card, isHeld, agent }: TaskActsProps) {
  const command = useCommand()
  const { run, isBusy, problem, dismiss } = command
  const { id } = card
  const isByHand = card.executor === 'manual' || agent?.executorType === 'manual'
  return (
    <>
      <div className="acts" role="group" aria-label="Acts">
        {!FINISHED.has(card.status) && (
          <Button
            icon={isHeld ? 'play' : 'pause'}
            isBusy={isBusy}
            onClick={() =>
              void run(({ task }, commandId) =>
                task[isHeld ? 'release' : 'hold']({ id, commandId }),
              )
            }
          >
            {isHeld ? 'Resume task' : 'Pause task'}
          </Button>
        )}
        {RETRIED_FROM.has(card.status) && (
          <Button
            icon="retry"
            isBusy={isBusy}
            onClick={() => void run(({ task }, commandId) => task.retry({ id, commandId }))}
          >
            Retry
          </Button>
        )}
        {isByHand && <ByHandActs card={card} command={command} />}
        {agent && !isByHand && agent.status !== 'stopping' && (
          <TwiceButton
            icon="kill"
            label="Kill"
            question={`Kill ${agent.id}?`}
            isBusy={isBusy}
            onConfirm={() =>
              void run((client, commandId) => client.agent.kill({ id: agent.id, commandId }))
            }
          />
        )}
      </div>
      <ProblemNote problem={problem} onClose={dismiss} />
    </>
  )
}

interface ByHandActsProps {
  readonly card: TaskCard
  readonly command: CommandRun
}

/** A person's own task: taken in hand, then done. */
function ByHandActs({ card, command }: ByHandActsProps) {
  const { id } = card
  const canTake = card.state === 'ready'
  const send = (act: 'take' | 'complete'): void =>
    void command.run(({ task }, commandId) => task[act]({ id, commandId }))
  return (
    <>
      {canTake && (
        <Button isBusy={command.isBusy} onClick={() => send('take')}>
          Take
        </Button>
      )}
      {(canTake || card.status === 'in-progress') && (
        <Button icon="check" isBusy={command.isBusy} onClick={() => send('complete')}>
          Done
        </Button>
      )}
    </>
  )
}
