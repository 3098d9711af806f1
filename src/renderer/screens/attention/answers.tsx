/** The answers to each kind of thing that waits for a person: real commands, and words where only the person can act. */
import { useState, type ReactNode } from 'react'
import type { TaskView } from '../../../contract/view.ts'
import { mismatchOf } from '../../../domain/routing/resolve.ts'
import type { ExecutorView } from '../../model/session/link.ts'
import { useSession, useYard } from '../../model/session/session-context.tsx'
import { useAnswer } from '../../model/use-answer.ts'
import { Button } from '../../ui/button.tsx'
import { Select } from '../../ui/popups.tsx'
import { countText, capital } from '../../ui/format.ts'
import { navigate, type Route } from '../../model/route.ts'
import { CopyText } from '../../components/copy-text.tsx'
import { checkJudge, checkLabel } from '../../actions/check-judge.ts'
import { subjectOf, type Action } from '../../actions/action.ts'
import { usePerform } from '../../actions/perform.ts'
import { land } from '../../actions/requests.ts'
import { ActionButton } from '../../actions/views/task-buttons.tsx'
import { abandon } from '../../actions/task/abandon.ts'
import { approve, reject } from '../../actions/task/approve.ts'
import { evaluate } from '../../actions/task/evaluate.ts'
import { complete } from '../../actions/task/complete.ts'
import { editTask } from '../../actions/task/edit.ts'
import { retry, retryFresh } from '../../actions/task/retry.ts'
import { giveBack, take } from '../../actions/task/take.ts'
import { runCommand } from '../../actions/commands.ts'
import type { ItemKind } from './attention-items.ts'
import { TaskBudgetAnswer, YardBudgetAnswer, type AnswerProps } from './budget-answers.tsx'
import { Acknowledge, DeadLetterActs, ShowMember, ShowThread } from './mail-answers.tsx'
import { TrustDialog } from './trust-dialog.tsx'

/** A button that leads to where it is put right. */
const leadsTo = (label: string, to: Partial<Route>) => () => (
  <Button onClick={() => navigate(to)}>{label}</Button>
)

const SIGNED_IN = 'I have signed in: go on'
const OpenExecutors = leadsTo('Open executors', { screen: 'executors' })
const ShowJudges = leadsTo('Show judges', {
  screen: 'evaluations',
  filters: { judges: 'show' },
})
const ToMachine = leadsTo('Change its caps', {
  screen: 'settings',
  filters: { section: 'machine' },
})
const ToEndpoint = leadsTo('Change its settings', {
  screen: 'settings',
  filters: { section: 'fleet' },
})
/** Only the disk can be helped, outside of the window: the log says what fails. */
const ShowLog = () => <Button onClick={() => runCommand('service.log')}>Show the log</Button>

/** Actions on the task that the item is about, and what is none. */
type Answer = Action | ((props: AnswerProps) => ReactNode)

const ANSWERS: Readonly<Record<ItemKind, readonly Answer[]>> = {
  failed: [retry, RetryAlike, retryFresh, abandon, ShowOutput],
  'sign-in': [{ ...retry, label: SIGNED_IN }, abandon, ShowOutput],
  // The field stands in the card, below the question.
  answer: [abandon, ShowOutput],
  evaluation: [evaluate, approve, reject, ShowEvaluation],
  approval: [approve, reject, ShowEvaluation],
  gate: [retry, { ...complete, label: 'Pass anyway' }, abandon, ShowEvaluation],
  manual: [take, complete],
  taken: [complete, giveBack],
  executor: [OtherExecutor],
  landing: [MergeAgain],
  judge: [Check, ShowJudges],
  untrusted: [Review],
  'read-only': [ShowLog],
  endpoint: [ToEndpoint, ShowLog],
  // The reply stands in the card, below the message.
  message: [Acknowledge, ShowThread],
  'dead-letter': [DeadLetterActs, ShowThread],
  mail: [ShowLog],
  respawn: [ShowOutput, abandon],
  launch: [OpenExecutors],
  silence: [ShowOutput],
  unreachable: [OpenExecutors, ShowOutput],
  provider: [Wake, OpenExecutors],
  budget: [YardBudgetAnswer],
  spent: [TaskBudgetAnswer],
  machine: [ToMachine],
}

export function Answers(props: AnswerProps) {
  // What is done to tasks does not fit a member: its messages and its executor are looked at.
  if (props.item.member !== null)
    return (
      <>
        {props.item.kind === 'executor' && <OpenExecutors />}
        <ShowMember member={props.item.member} />
      </>
    )
  return ANSWERS[props.item.kind].map((Each, index) =>
    typeof Each === 'function' ? (
      <Each key={index} {...props} />
    ) : (
      <Do key={index} {...props} action={Each} />
    ),
  )
}

function Do({ item, command, action }: AnswerProps & { readonly action: Action }) {
  const session = useSession()
  const performing = usePerform(command)
  const card = useYard((view) => view.tasks.get(item.task ?? ''))
  return (
    card && (
      <ActionButton action={action} subject={subjectOf(session, card)} performing={performing} />
    )
  )
}

/** All that failed for the same reason, as one command. */
function RetryAlike({ item, command }: AnswerProps) {
  const session = useSession()
  const performing = usePerform(command)
  const attention = useYard((view) => view.summary?.attention)
  const alike = (attention ?? []).flatMap(({ kind, reason, task }) =>
    kind === 'failed' && task !== null && capital(reason) === item.text ? [task] : [],
  )
  if (alike.length < 2) return null
  const retryAll = (): void => {
    const { tasks } = session.yard.getState()
    const cards = alike.flatMap((id) => tasks.get(id) ?? [])
    void performing.perform(
      retry,
      cards.map((card) => subjectOf(session, card)),
    )
  }
  return (
    <Button isBusy={command.isBusy} title={`All that failed by: ${item.text}`} onClick={retryAll}>
      Retry all {countText(alike.length)}
    </Button>
  )
}

/** It was refused for a cause that a person can put away. */
function MergeAgain({ item, command }: AnswerProps) {
  const task = item.task ?? ''
  return (
    <>
      <Button isBusy={command.isBusy} onClick={() => void command.run(land(task))}>
        Merge again
      </Button>
      <Button onClick={() => navigate({ task, tab: 'changes' })}>Show changes</Button>
    </>
  )
}

function Check({ item, command }: AnswerProps) {
  const session = useSession()
  if (item.judge === null) return null
  const { name, issue } = item.judge
  return (
    <Button
      isBusy={command.isBusy}
      aria-label={`${checkLabel(issue)} ${name}`}
      onClick={() => void checkJudge(session, command, name)}
    >
      {checkLabel(issue)}
    </Button>
  )
}

function Review({ item }: AnswerProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button look="main" onClick={() => setOpen(true)}>
        Review…
      </Button>
      <CopyText text="yard trust" />
      <TrustDialog name={item.title} isOpen={isOpen} onClose={() => setOpen(false)} />
    </>
  )
}

/** What the provider holds goes on at once, in the same conversations; it spends no try. */
function Wake({ item, command }: AnswerProps) {
  const provider = item.subject ?? ''
  return (
    <Button
      icon="play"
      isBusy={command.isBusy}
      onClick={() => void command.run(({ service }) => service.wake({ provider }))}
    >
      {item.until === null ? SIGNED_IN : 'Try now'}
    </Button>
  )
}

/** Of agents that end without an outcome, one after the other, none is named: the latest output says why. */
function ShowOutput({ item: { kind, task, agent } }: AnswerProps) {
  if (task === null || (agent === null && kind !== 'respawn')) return null
  return (
    <Button icon="terminal" onClick={() => navigate({ task, tab: 'output', agent })}>
      Show output
    </Button>
  )
}

function ShowEvaluation({ item: { task } }: AnswerProps) {
  if (task === null) return null
  return <Button onClick={() => navigate({ task, tab: 'evaluation' })}>Show why</Button>
}

/** Another executor for a task whose own is not known or does not fit. */
function OtherExecutor({ item, command }: AnswerProps) {
  const session = useSession()
  const id = item.task ?? ''
  const facts = useAnswer(
    ({ service, task }) => Promise.all([service.executors(), task.get({ id })]),
    { key: id },
  )
  const [chosen, setChosen] = useState<string | null>(null)
  if (facts.value === null) return null
  const names = fittingExecutors(...facts.value)
  const name = chosen ?? names[0]
  if (name === undefined) return <OpenExecutors />
  const choose = (): Promise<boolean> =>
    editTask(session, command, {
      id,
      label: `“${item.title}” is done by ${name}`,
      next: { executor: name },
      before: { executor: session.yard.getState().tasks.get(id)?.executor ?? null },
    })
  return (
    <>
      <Select
        label={`Executor of ${item.title}`}
        value={name}
        options={names.map((each) => [each, each] as const)}
        onChange={setChosen}
      />
      <Button isBusy={command.isBusy} onClick={() => void choose()}>
        Use it
      </Button>
    </>
  )
}

/** Executors that can do a task, here and now. */
export const fittingExecutors = (
  executors: readonly Pick<ExecutorView, 'name' | 'type' | 'canRun' | 'models'>[],
  task: Pick<TaskView, 'exec' | 'verify' | 'model'>,
): readonly string[] =>
  executors.flatMap(({ name, type, canRun, models }) => {
    // Only the built-in profile has no address of its own; one that hands on by the clock does no work.
    if (!canRun || type === 'schedule') return []
    const profile = { name, type, url: name === 'http' ? null : '' }
    const runsModel = task.model === null || models === null || models.includes(task.model)
    return runsModel && mismatchOf(task, profile) === null ? [name] : []
  })
