/** Why a task stands where it stands, in one sentence, and the one act that helps. */
import type { TaskCard, TaskView, WaitReason, Why } from '../../contract/view.ts'
import { assertNever } from '../../base/result.ts'
import { useCommand, useSession, useYard } from '../model/session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { Countdown } from '../components/ticking-time.tsx'
import { instantText } from '../ui/format.ts'
import { ProblemNote } from '../components/problem-note.tsx'
import { runCommand } from '../actions/commands.ts'
import { useIsPast } from '../model/shown-time.ts'
import { QuestionAnswer } from '../actions/views/question-answer.tsx'
import { navigate } from '../model/route.ts'
import { type Action, subjectOf } from '../actions/action.ts'
import { perform } from '../actions/perform.ts'
import { resume } from '../actions/task/hold.ts'
import { retry } from '../actions/task/retry.ts'
import { take } from '../actions/task/take.ts'
import { LastLines, PlainText } from '../ui/plain-text.tsx'

export type WhyAct =
  | { readonly kind: 'act'; readonly act: Action; readonly label: string }
  | { readonly kind: 'open'; readonly task: string }
  | { readonly kind: 'command'; readonly id: string; readonly label: string }
  | { readonly kind: 'wake'; readonly provider: string; readonly label: string }
  | null

const MERGE = { kind: 'command', id: 'task.changes', label: 'See its changes' } as const
const BUDGET = { kind: 'command', id: 'go.attention', label: 'Raise the budget' } as const

/** The nearest reason decides; a reason that only time ends has none. */
export function whyActOf(card: TaskCard, why: Why): WhyAct {
  const account = card.park?.provider ?? null
  if (account !== null) {
    const label = card.park?.until == null ? 'I have signed in: go on' : 'Try now'
    return { kind: 'wake', provider: account, label }
  }
  switch (card.status) {
    case 'failed':
      return { kind: 'act', act: retry, label: 'Retry' }
    case 'waiting':
      return { kind: 'act', act: retry, label: 'Go on with it' }
    case 'done':
      return card.landing === 'conflict' || card.landing === 'refused' ? MERGE : null
    case 'open':
    case 'in-progress':
    case 'pending-eval':
    case 'abandoned':
      return reasonActOf(why)
    default:
      return assertNever(card.status)
  }
}

function reasonActOf({ waitsFor: [first] }: Why): WhyAct {
  if (!first) return null
  switch (first.kind) {
    case 'hold':
      return { kind: 'act', act: resume, label: 'Resume' }
    case 'task':
      return first.subject === null ? null : { kind: 'open', task: first.subject }
    case 'person':
      return { kind: 'act', act: take, label: 'Claim it' }
    case 'pause':
      return { kind: 'command', id: 'coordinator.toggle', label: 'Resume the yard' }
    case 'cap':
      return { kind: 'command', id: 'go.agents', label: 'Show the agents' }
    case 'budget':
      return BUDGET
    case 'executor':
      return { kind: 'command', id: 'go.executors', label: 'Show the executors' }
    case 'time':
    case 'provider':
    case 'memory':
    case 'breaker':
    case 'trust':
    case 'claim':
    case 'read-only':
    case 'host':
      return null
    default:
      return assertNever(first.kind)
  }
}

interface WhyNoteProps {
  readonly card: TaskCard
  readonly task: TaskView
  readonly why: Why
}

export function WhyNote({ card, task, why }: WhyNoteProps) {
  return (
    <section className="why" data-st={card.state} aria-label="Why">
      <p>
        <PlainText text={why.text} />
      </p>
      {untilOf(why) !== null && (
        <p className="why-until">
          Goes on at {instantText(untilOf(why) ?? '')}, <Countdown until={untilOf(why) ?? ''} />
        </p>
      )}
      {task.stuck !== null && !tellsStuck(why) && <p>{task.stuck}</p>}
      {why.lastLines !== null && <LastLines text={why.lastLines} />}
      <Way card={card} task={task} why={why} />
    </section>
  )
}

/** The kinds of reason for which a task can never start as things are. */
const STUCK: readonly WaitReason['kind'][] = ['executor', 'breaker', 'budget']
const tellsStuck = ({ waitsFor }: Why): boolean => waitsFor.some(({ kind }) => STUCK.includes(kind))

/** What a person can do about it, right here. */
function Way({ card, task, why }: WhyNoteProps) {
  const isPast = useIsPast()
  // To go on without more of it would only end in the same place.
  if (task.waitsFor === 'budget') return <Helps card={card} act={BUDGET} />
  if (task.waitsFor !== 'answer') return <Helps card={card} act={whyActOf(card, why)} />
  return isPast ? null : <QuestionAnswer task={card.id} question={card.fact ?? ''} />
}

/** When the first reason ends by itself; null = by no time. */
const untilOf = ({ waitsFor }: Why): string | null => waitsFor[0]?.until ?? null

/** For all that this provider holds, not only this task. */
function Wake({ provider, label }: Extract<WhyAct, { kind: 'wake' }>) {
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

function Helps({ card, act }: { readonly card: TaskCard; readonly act: WhyAct }) {
  const session = useSession()
  const opened = useYard((view) => (act?.kind === 'open' ? view.tasks.get(act.task) : undefined))
  const isPast = useIsPast()
  if (act === null || (isPast && (act.kind === 'act' || act.kind === 'wake'))) return null
  if (act.kind === 'open')
    return (
      <Button onClick={() => navigate({ task: act.task })}>Show {opened?.title ?? act.task}</Button>
    )
  if (act.kind === 'wake') return <Wake {...act} />
  if (act.kind === 'command') return <Button onClick={() => runCommand(act.id)}>{act.label}</Button>
  const subject = subjectOf(session, card)
  if (act.act.blocked(subject) !== null) return null
  return <Button onClick={() => void perform(session, act.act, [subject])}>{act.label}</Button>
}
