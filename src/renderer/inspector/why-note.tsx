/** Why a task stands where it stands, in one sentence, and the one action that helps. */
import type { TaskCard, TaskView } from '../../contract/view.ts'
import type { WaitReason, Why } from '../../contract/why.ts'
import { assertNever } from '../../base/result.ts'
import { useCommand, useSession, useYard } from '../model/session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { Countdown } from '../components/ticking-time.tsx'
import { instantText } from '../ui/format.ts'
import { ProblemNote } from '../components/problem-note.tsx'
import { runCommand } from '../actions/commands.ts'
import { useIsHistory } from '../model/shown-time.ts'
import { QuestionAnswer } from '../actions/views/question-answer.tsx'
import { navigate } from '../model/route.ts'
import { type Action, subjectOf } from '../actions/action.ts'
import { perform } from '../actions/perform.ts'
import { resume } from '../actions/task/hold.ts'
import { retry } from '../actions/task/retry.ts'
import { take } from '../actions/task/take.ts'
import { LastLines, PlainText } from '../ui/plain-text.tsx'

export type WhyAction =
  | { readonly kind: 'action'; readonly action: Action; readonly label: string }
  | { readonly kind: 'open'; readonly task: string }
  | { readonly kind: 'command'; readonly id: string; readonly label: string }
  | { readonly kind: 'wake'; readonly provider: string; readonly label: string }
  | null

const command = (id: string, label: string) => ({ kind: 'command', id, label }) as const
const doing = (action: Action, label: string) => ({ kind: 'action', action, label }) as const

const MERGE = command('task.changes', 'See its changes')
const BUDGET = command('go.attention', 'Raise the budget')

/** What helps against a reason; null where only time or another program does. */
const HELPS = {
  hold: doing(resume, 'Resume'),
  person: doing(take, 'Claim it'),
  pause: command('coordinator.toggle', 'Resume the yard'),
  cap: command('go.agents', 'Show the agents'),
  budget: BUDGET,
  executor: command('go.executors', 'Show the executors'),
  time: null,
  provider: null,
  memory: null,
  breaker: null,
  trust: null,
  claim: null,
  'read-only': null,
  host: null,
} as const satisfies Record<Exclude<WaitReason['kind'], 'task'>, WhyAction>

/** The nearest reason decides; a reason that only time ends has none. */
export function whyActionOf(card: TaskCard, why: Why): WhyAction {
  const account = card.park?.provider ?? null
  if (account !== null) {
    const label = card.park?.until == null ? 'I have signed in: go on' : 'Try now'
    return { kind: 'wake', provider: account, label }
  }
  switch (card.status) {
    case 'failed':
      return doing(retry, 'Retry')
    case 'waiting':
      return doing(retry, 'Go on with it')
    case 'done':
      return card.landing === 'conflict' || card.landing === 'refused' ? MERGE : null
    case 'open':
    case 'in-progress':
    case 'pending-eval':
    case 'abandoned':
      return reasonActionOf(why)
    default:
      return assertNever(card.status)
  }
}

function reasonActionOf({ waitsFor: [first] }: Why): WhyAction {
  if (!first) return null
  if (first.kind !== 'task') return HELPS[first.kind]
  return first.subject === null ? null : { kind: 'open', task: first.subject }
}

interface WhyNoteProps {
  readonly card: TaskCard
  readonly task: TaskView
  readonly why: Why
}

export function WhyNote({ card, task, why }: WhyNoteProps) {
  const until = why.waitsFor[0]?.until ?? null // when the first reason ends by itself
  return (
    <section className="why" data-st={card.state} aria-label="Why">
      <p>
        <PlainText text={why.text} />
      </p>
      {until !== null && (
        <p className="why-until">
          Goes on at {instantText(until)}, <Countdown until={until} />
        </p>
      )}
      {task.stuck !== null && !saysStuck(why) && <p>{task.stuck}</p>}
      {why.lastLines !== null && <LastLines text={why.lastLines} from={why.linesFrom} />}
      <WayOut card={card} task={task} why={why} />
    </section>
  )
}

/** The kinds of reason for which a task can never start as things are. */
const STUCK: readonly WaitReason['kind'][] = ['executor', 'breaker', 'budget']
const saysStuck = ({ waitsFor }: Why): boolean => waitsFor.some(({ kind }) => STUCK.includes(kind))

/** What a person can do about it, right here. */
function WayOut({ card, task, why }: WhyNoteProps) {
  const isPast = useIsHistory()
  // To go on without more of it would only end in the same place.
  if (task.waitsFor === 'budget') return <Helper card={card} action={BUDGET} />
  if (task.waitsFor !== 'answer') return <Helper card={card} action={whyActionOf(card, why)} />
  return isPast ? null : <QuestionAnswer task={card.id} question={card.fact ?? ''} />
}

/** For all that this provider holds, not only this task. */
function Wake({ provider, label }: Extract<WhyAction, { kind: 'wake' }>) {
  const { run, isBusy, problem, dismiss } = useCommand()
  return (
    <>
      <Button
        isBusy={isBusy}
        title={`Everything that waits for ${provider} is tried now, in the same conversations`}
        onClick={() => void run(({ service }) => service.wake({ provider }))}
      >
        {label}
      </Button>
      <ProblemNote problem={problem} onClose={dismiss} />
    </>
  )
}

function Helper({ card, action }: { readonly card: TaskCard; readonly action: WhyAction }) {
  const session = useSession()
  const opened = useYard(({ tasks }) =>
    action?.kind === 'open' ? tasks.get(action.task) : undefined,
  )
  const isPast = useIsHistory()
  switch (action?.kind) {
    case undefined:
      return null
    case 'open':
      return (
        <Button onClick={() => navigate({ task: action.task })}>
          Show {opened?.title ?? action.task}
        </Button>
      )
    case 'wake':
      return isPast ? null : <Wake {...action} />
    case 'command':
      return <Button onClick={() => runCommand(action.id)}>{action.label}</Button>
    case 'action': {
      const subject = subjectOf(session, card)
      if (isPast || action.action.blocked(subject) !== null) return null
      return (
        <Button onClick={() => void perform(session, action.action, [subject])}>
          {action.label}
        </Button>
      )
    }
  }
}
