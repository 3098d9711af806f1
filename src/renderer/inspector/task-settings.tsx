/** What a person decides about a task besides its words: priority, tags, times, limits, where it works. Each is edited where it stands. */
import type { ReactNode } from 'react'
import { PRIORITIES } from '../../domain/graph/priority.ts'
import type { AgentView, TaskView } from '../../contract/view.ts'
import { durationText } from '../../domain/format.ts'
import { instantText, moneyText, tokensText, capital } from '../ui/format.ts'
import { ProblemNote } from '../components/problem-note.tsx'
import { Select } from '../ui/popups.tsx'
import { boundText } from '../components/usage-text.ts'
import { useIsHistory } from '../model/shown-time.ts'
import { EditableText, type TextOfTask } from './editable-text.tsx'
import { Section } from './section.tsx'
import {
  BUDGET,
  GATE,
  IDENTITY,
  KIND,
  MAX_TRIES,
  NOT_BEFORE,
  SCHEDULE,
  SKILLS,
  TAGS,
  TIME_LIMIT,
  TOKEN_BUDGET,
} from './task-texts.ts'
import { useNow } from '../ui/timers.ts'
import type { TaskFields } from '../actions/task/edit.ts'
import { useTaskEdit } from '../actions/task/edit.ts'

interface TaskSettingsProps {
  readonly task: TaskView
  /** The living agent. */
  readonly agent: AgentView | null
}

export function TaskSettings({ task, agent }: TaskSettingsProps) {
  return (
    <Section title="Settings">
      <dl className="rows">
        <Row name="Priority">
          <Choice task={task} name="Priority" field="priority" options={PRIORITY_OPTIONS} />
        </Row>
        <TextRow task={task} text={TAGS}>
          {task.tags.length > 0 && <Tags tags={task.tags} />}
        </TextRow>
        <TextRow task={task} text={SKILLS}>
          {task.skills.length > 0 && <Tags tags={task.skills} />}
        </TextRow>
        <TextRow task={task} text={TIME_LIMIT}>
          <TimeLimit task={task} agent={agent} />
        </TextRow>
        <TextRow task={task} text={BUDGET}>
          {task.budget !== null && (
            <Spent
              name="Budget used"
              usage={task.usage}
              spent={task.costUsd}
              cap={task.budget}
              format={moneyText}
            />
          )}
        </TextRow>
        <TextRow task={task} text={TOKEN_BUDGET}>
          {task.budgetTokens !== null && (
            <Spent
              name="Tokens used"
              usage={task.usage}
              spent={task.tokens}
              cap={task.budgetTokens}
              format={tokensText}
            />
          )}
        </TextRow>
        <TextRow task={task} text={MAX_TRIES} />
        <TextRow task={task} text={GATE}>
          {gateShown(task)}
        </TextRow>
        <TextRow task={task} text={IDENTITY}>
          {task.identity?.name}
        </TextRow>
        <TextRow task={task} text={KIND}>
          {task.kind}
        </TextRow>
        <TextRow task={task} text={SCHEDULE}>
          {task.schedule !== null && <Schedule task={task} />}
        </TextRow>
        {task.schedule === null && (
          <TextRow task={task} text={NOT_BEFORE}>
            {task.notBefore !== null && instantText(task.notBefore)}
          </TextRow>
        )}
        <Row name="Worktree">
          <Choice task={task} name="Worktree" field="worktree" options={WORKTREE_OPTIONS} />
        </Row>
      </dl>
    </Section>
  )
}
const PRIORITY_OPTIONS = PRIORITIES.map((each) => [each, capital(each)] as const)
const WORKTREE_OPTIONS = [
  ['', 'As its executor says'],
  ['on', 'One of its own'],
  ['off', 'None: the folder itself'],
] as const

export function Row({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

interface TextRowProps {
  readonly task: TaskView
  readonly text: TextOfTask
  /** Instead of the text itself. */
  readonly children?: ReactNode
}

function TextRow({ task, text, children }: TextRowProps) {
  return (
    <Row name={text.name}>
      <EditableText task={task} text={text}>
        {children ?? text.read(task)}
      </EditableText>
    </Row>
  )
}

const Tags = ({ tags }: { readonly tags: readonly string[] }): ReactNode => (
  <span className="tags flex flex-wrap">
    {tags.map((tag) => (
      <code key={tag} className="tag">
        {tag}
      </code>
    ))}
  </span>
)

interface ChoiceProps {
  readonly task: TaskView
  readonly name: string
  readonly field: 'priority' | 'worktree'
  readonly options: readonly (readonly [string, string])[]
}

function Choice({ task, name, field, options }: ChoiceProps) {
  const { save, isBusy, problem, dismiss } = useTaskEdit(task.id)
  const isPast = useIsHistory()
  const now = task[field] ?? ''
  const fields = (value: string): TaskFields =>
    ({ [field]: value === '' ? null : value }) as TaskFields
  const label = `Changed the ${name.toLowerCase()} of “${task.title}”`
  return (
    <>
      <Select
        label={name}
        value={now}
        options={options}
        disabled={isBusy || isPast}
        onChange={(value) => void save({ label, next: fields(value), before: fields(now) })}
      />
      <ProblemNote problem={problem} onClose={dismiss} />
    </>
  )
}

/** `0.7 (tag docs)` */
const gateShown = ({ gate }: TaskView): string => {
  const text = gate.mode === 'gated' ? String(gate.threshold) : gate.mode
  if (gate.source === 'task') return text
  return `${text} (${gate.source === 'config' ? 'the settings' : gate.source})`
}

/** The limit that holds; while an agent works, how much of it is used. */
function TimeLimit({ task, agent }: TaskSettingsProps) {
  const now = useNow(1000)
  const limit = agent?.timeoutMs ?? task.timeoutMs
  if (limit === null) return null
  const used = agent?.startedAt == null ? null : now - Date.parse(agent.startedAt)
  const isOwn = task.timeoutMs !== null
  return (
    <span className="time-limit">
      {used !== null && `${durationText(Math.max(0, used))} of `}
      {durationText(limit).replace(/ 0+[sm]$/, '')}
      {!isOwn && <span className="text-text-3"> (its executor’s)</span>}
      {used !== null && (
        <progress max={limit} value={Math.min(limit, Math.max(0, used))} aria-label="Time used" />
      )}
    </span>
  )
}

interface SpentProps {
  readonly name: string
  /** Null = nobody told. */
  readonly spent: number | null
  readonly cap: number
  readonly format: (value: number) => string
  readonly usage: TaskView['usage']
}

function Spent({ name, usage, spent, cap, format }: SpentProps) {
  return (
    <span className="time-limit">
      {spent !== null && `${boundText(usage, format(spent))} of `}
      {format(cap)}
      {spent !== null && <progress max={cap} value={Math.min(cap, spent)} aria-label={name} />}
    </span>
  )
}

function Schedule({ task }: { readonly task: TaskView }) {
  const { nextTimes } = task
  return (
    <span className="schedule">
      <code>{SCHEDULE.read(task)}</code>
      {nextTimes.length > 0 && (
        <span className="text-text-2">Next {nextTimes.map(instantText).join(', ')}</span>
      )}
    </span>
  )
}
