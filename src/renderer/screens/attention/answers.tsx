/** The answer to each kind of thing that waits for a person: real commands, and words where only the person can act. */
import { Check, Copy } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { useSession, useYard, type CommandRun } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { countText, capital } from '../../ui/format.ts'
import { navigate } from '../../model/route.ts'
import { subjectOf, type Action } from '../../actions/action.ts'
import { usePerform } from '../../actions/perform.ts'
import { land } from '../../actions/requests.ts'
import { ActionButton } from '../../actions/views/task-buttons.tsx'
import { abandon } from '../../actions/task/abandon.ts'
import { complete } from '../../actions/task/complete.ts'
import { retry, retryFresh } from '../../actions/task/retry.ts'
import { giveBack, take } from '../../actions/task/take.ts'
import { runCommand } from '../../actions/commands.ts'
import type { AttentionItem, ItemKind } from './attention-items.ts'
import { TaskBudgetAnswer, YardBudgetAnswer } from './budget-answers.tsx'
import { ExecutorAnswer } from './executor-answer.tsx'
import { QuestionAnswer } from '../../actions/views/question-answer.tsx'
import { TrustDialog } from './trust-dialog.tsx'

export interface AnswerProps {
  readonly item: AttentionItem
  readonly command: CommandRun
}

const ANSWERS: Readonly<Record<ItemKind, (props: AnswerProps) => ReactNode>> = {
  failed: FailedAnswer,
  'sign-in': WaitingAnswer,
  answer: AskedAnswer,
  manual: ManualAnswer,
  taken: TakenAnswer,
  executor: ExecutorAnswer,
  landing: LandingAnswer,
  untrusted: TrustAnswer,
  'read-only': ReadOnlyAnswer,
  respawn: RespawnAnswer,
  launch: LaunchAnswer,
  silence: SilenceAnswer,
  unreachable: UnreachableAnswer,
  provider: ProviderAnswer,
  budget: YardBudgetAnswer,
  spent: TaskBudgetAnswer,
  machine: MachineAnswer,
}

export function Answers(props: AnswerProps) {
  const Answer = ANSWERS[props.item.kind]
  return <Answer {...props} />
}

interface DoProps extends AnswerProps {
  readonly action: Action
  readonly label?: string
}

/** An action on the task that the item is about. */
function Do({ item, command, action, label }: DoProps) {
  const session = useSession()
  const performing = usePerform(command)
  const card = useYard((view) => view.tasks.get(item.task ?? ''))
  if (!card) return null
  return (
    <ActionButton
      action={action}
      subject={subjectOf(session, card)}
      performing={performing}
      {...(label === undefined ? {} : { label })}
    />
  )
}

function FailedAnswer(props: AnswerProps) {
  return (
    <>
      <Do {...props} action={retry} />
      <RetryAlike {...props} />
      <Do {...props} action={retryFresh} />
      <Do {...props} action={abandon} />
      <ShowOutput item={props.item} />
    </>
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

function WaitingAnswer(props: AnswerProps) {
  const label = props.item.kind === 'sign-in' ? 'I have signed in: go on' : 'Go on'
  return (
    <>
      <Do {...props} action={retry} label={label} />
      <Do {...props} action={abandon} />
      <ShowOutput item={props.item} />
    </>
  )
}

function AskedAnswer(props: AnswerProps) {
  const { item } = props
  const id = item.task ?? ''
  return (
    <>
      <QuestionAnswer task={id} question={item.text} />
      <Do {...props} action={abandon} />
      <ShowOutput item={item} />
    </>
  )
}

/** It was refused for a cause that a person can put away. */
function LandingAnswer({ item, command }: AnswerProps) {
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

function ManualAnswer(props: AnswerProps) {
  return (
    <>
      <Do {...props} action={take} />
      <Do {...props} action={complete} />
    </>
  )
}

function TakenAnswer(props: AnswerProps) {
  return (
    <>
      <Do {...props} action={complete} />
      <Do {...props} action={giveBack} />
    </>
  )
}

function TrustAnswer({ item }: AnswerProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button look="main" onClick={() => setOpen(true)}>
        Review…
      </Button>
      <CopyCommand text="yard trust" />
      <TrustDialog name={item.title} isOpen={isOpen} onClose={() => setOpen(false)} />
    </>
  )
}

/** Only the disk can be helped, outside of the window: the log says what fails. */
function ReadOnlyAnswer() {
  return <Button onClick={() => runCommand('service.log')}>Show the log</Button>
}

/** Its agents end without an outcome, one after the other: their output says why. */
function RespawnAnswer(props: AnswerProps) {
  const task = props.item.task ?? ''
  return (
    <>
      <Button icon="terminal" onClick={() => navigate({ task, tab: 'output' })}>
        Show output
      </Button>
      <Do {...props} action={abandon} />
    </>
  )
}

function LaunchAnswer() {
  return <Button onClick={() => navigate({ screen: 'executors' })}>Open executors</Button>
}

/** What it holds goes on at once, in the same conversations; it spends no try. */
function ProviderAnswer({ item, command }: AnswerProps) {
  const provider = item.subject ?? ''
  return (
    <>
      <Button
        icon="play"
        isBusy={command.isBusy}
        onClick={() => void command.run(({ service }) => service.wake({ provider }))}
      >
        {item.until === null ? 'I have signed in: go on' : 'Try now'}
      </Button>
      <Button onClick={() => navigate({ screen: 'executors' })}>Open executors</Button>
    </>
  )
}

function MachineAnswer() {
  return (
    <Button onClick={() => navigate({ screen: 'settings', filters: { section: 'machine' } })}>
      Change its caps
    </Button>
  )
}

/** Its service does not take its task. */
function UnreachableAnswer({ item }: AnswerProps) {
  return (
    <>
      <Button onClick={() => navigate({ screen: 'executors' })}>Open executors</Button>
      <ShowOutput item={item} />
    </>
  )
}

function SilenceAnswer({ item }: AnswerProps) {
  return <ShowOutput item={item} />
}

function ShowOutput({ item }: { readonly item: AttentionItem }) {
  const { task, agent } = item
  if (task === null || agent === null) return null
  return (
    <Button icon="terminal" onClick={() => navigate({ task, tab: 'output', agent })}>
      Show output
    </Button>
  )
}

/** A command to run in a terminal. */
function CopyCommand({ text }: { readonly text: string }) {
  const [isCopied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
  }
  const Mark = isCopied ? Check : Copy
  return (
    <span className="attention-command">
      <code>{text}</code>
      <Button
        look="quiet"
        aria-label={isCopied ? 'Copied' : `Copy ${text}`}
        onClick={() => void copy().catch(() => setCopied(false))}
      >
        <Mark size={14} strokeWidth={1.5} aria-hidden="true" />
      </Button>
    </span>
  )
}
