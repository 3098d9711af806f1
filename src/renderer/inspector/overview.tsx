/** Why a task stands where it stands, what it says, what it hangs on, and who tried it. */
import type { ReactNode } from 'react'
import type { AgentView, TaskCard, TaskView } from '../../contract/view.ts'
import { capital, instantText, instantTextIn } from '../ui/format.ts'
import { Markdown } from '../ui/markdown.tsx'
import { usedMoneyText, usedTokensText } from '../components/usage-text.ts'
import { Artifacts } from './artifacts.tsx'
import { Dependencies } from './dependencies.tsx'
import { EditableText, type TextOfTask } from './editable-text.tsx'
import { ShownLine } from '../changes/shown-line.tsx'
import { PlainText } from '../ui/plain-text.tsx'
import { Routes } from './route-plan.tsx'
import { Section } from './section.tsx'
import { Row, TaskSettings } from './task-settings.tsx'
import { DELIVERABLES, DESCRIPTION, EXEC, VERIFY } from './task-texts.ts'
import { Tries, useScores } from './tries.tsx'
import type { TaskDetails } from '../model/use-task-details.ts'
import { WhyNote } from './why-note.tsx'
import './overview.css'
import { isAgentId } from '../../domain/ids.ts'
import { gateTip } from '../model/scores.ts'
import { questionOf } from '../model/agent-state.ts'
import type { ExecutorType } from '../../domain/settings.ts'

interface OverviewProps {
  readonly card: TaskCard
  readonly details: TaskDetails
}

export function Overview({ card, details }: OverviewProps) {
  const { task, why, tries } = details
  const scores = useScores(task)
  const living = tries.find((agent) => agent.status !== 'ended') ?? null
  return (
    <div className="panel overview" tabIndex={0} role="region" aria-label="Overview">
      <WhyNote card={card} task={task} why={why} />
      <Questions task={task} tries={tries} />
      <Words task={task} text={DESCRIPTION} empty="Nothing is said beyond the title.">
        {task.description !== '' && <Markdown text={task.description} />}
      </Words>
      <Words task={task} text={EXEC} empty="None: its executor does the work.">
        {task.exec !== null && <pre className="code">{task.exec}</pre>}
      </Words>
      <DoneWhen task={task} />
      <Dependencies task={task} />
      <Tries tries={tries} scores={scores} />
      <Routes task={task} last={tries[0] ?? null} />
      <TaskSettings task={task} agent={living} />
      <Places task={task} />
      <Artifacts task={task} />
      <Log task={task} />
    </div>
  )
}

interface WordsProps {
  readonly task: TaskView
  readonly text: TextOfTask
  readonly empty: string
  readonly children: ReactNode
}

function Words({ task, text, empty, children }: WordsProps) {
  return (
    <Section title={text.name}>
      <EditableText task={task} text={text}>
        {children || <p className="text-text-3">{empty}</p>}
      </EditableText>
    </Section>
  )
}

/** Where and when; what is not known is left out. */
function Places({ task }: { readonly task: TaskView }) {
  const at = (time: string | null): string | null => (time === null ? null : instantText(time))
  const rows: readonly (readonly [string, string | null, 'code'?])[] = [
    ['Id', task.id, 'code'],
    ['Folder', task.worktreePath ?? task.repo, 'code'],
    ['Branch', task.branch, 'code'],
    ['Result', task.resultCommit, 'code'],
    ['Added', at(task.createdAt)],
    ['Added by', task.addedBy],
    ['Started', at(task.startedAt)],
    ['Completed', at(task.completedAt)],
    ['Tokens', usedTokensText(task.usage) || null],
    ['Cost', usedMoneyText(task.usage) || null],
  ]
  return (
    <Section title="Facts">
      <dl className="rows">
        {rows.map(
          ([name, value, look]) =>
            value !== null && (
              <Row key={name} name={name}>
                {look === 'code' ? <code>{value}</code> : value}
              </Row>
            ),
        )}
      </dl>
    </Section>
  )
}

/** What its agents and people have written down about it, newest first. */
function Log({ task }: { readonly task: TaskView }) {
  if (task.log.length === 0) return null
  const when = instantTextIn(task.log.map(({ at }) => at))
  return (
    <Section title="Notes">
      <ol className="log">
        {task.log.toReversed().map((line, index) => (
          <li key={task.log.length - index}>
            <time dateTime={line.at}>{when(line.at)}</time>
            <span className="log-by">
              {line.by}
              {line.place && (
                <>
                  {' '}
                  on <ShownLine text={line.place.path} />, line {line.place.line}
                </>
              )}
            </span>
            <span className="log-text">
              <PlainText text={line.text} />
            </span>
          </li>
        ))}
      </ol>
    </Section>
  )
}

// What was asked about the task and what was answered, long after it went on, too.

export function Questions({ task, tries }: Pick<TaskDetails, 'task' | 'tries'>) {
  const asked = questionsAsked(task, tries)
  if (asked.length === 0) return null
  return (
    <Section title="Questions">
      <ol className="log" aria-label="Questions">
        {asked.map(({ agent, question, at, said, isOpen }) => (
          <li key={agent} dir="auto">
            <time dateTime={at ?? undefined}>{at !== null && instantText(at)}</time>
            <span className="log-by">{agent} asked</span>
            <span className="log-text">
              <PlainText text={question} />
            </span>
            {said.map((line, index) => (
              <Said key={index} line={line} />
            ))}
            {said.length === 0 && (
              <span className="log-reply log-by">
                {isOpen ? 'Not answered yet' : 'It went on without an answer'}
              </span>
            )}
          </li>
        ))}
      </ol>
    </Section>
  )
}

function Said({ line: { at, by, text } }: { readonly line: TaskDetails['task']['log'][number] }) {
  return (
    <span className="log-reply">
      <span className="log-by">
        {by} answered, <time dateTime={at}>{instantText(at)}</time>
      </span>
      <span className="log-text">
        <PlainText text={text} />
      </span>
    </span>
  )
}

// What agents asked a person about a task, and what was said to that. Pure.

export interface QuestionAsked {
  readonly agent: string
  readonly question: string
  /** ISO; null = nobody noted it. */
  readonly at: string | null
  /** What people wrote down until the next try began, which is told all of it. Remarks on lines are kept with the changes. */
  readonly said: TaskView['log']
  /** The task waits for the answer. */
  readonly isOpen: boolean
}

/** Newest first, as `tries` are. */
export function questionsAsked(
  { waitsFor, log }: Pick<TaskView, 'waitsFor' | 'log'>,
  tries: readonly AgentView[],
): readonly QuestionAsked[] {
  return tries.flatMap((agent, index) => {
    const question = questionOf(agent)
    if (question === null) return []
    const from = Date.parse(agent.endedAt ?? agent.claimedAt)
    const next = tries[index - 1]
    const to = next === undefined ? Infinity : Date.parse(next.claimedAt)
    const said = log.filter(({ at, by, place }) => {
      const time = Date.parse(at)
      return place === undefined && !isAgentId(by) && time >= from && time <= to
    })
    const isOpen = index === 0 && waitsFor === 'answer'
    return [{ agent: agent.id, question, at: agent.endedAt, said: isOpen ? [] : said, isOpen }]
  })
}

// What a task must pass to be done: how it ends, by its kind of executor, then its check and its deliverables.

export function DoneWhen({ task }: { readonly task: TaskView }) {
  const { executorType } = task.routes
  return (
    <Section title="Done when">
      <dl className="rows">
        {executorType !== null && <Row name="Its end">{ENDS[executorType]}</Row>}
        <Row name="Check">
          <EditableText task={task} text={VERIFY}>
            {task.verify === null ? (
              <span className="text-text-3">None</span>
            ) : (
              <pre className="code">{task.verify}</pre>
            )}
          </EditableText>
        </Row>
        {task.checks.map(({ name, run, gates }) => (
          <Row key={name} name={`Check ${name}`}>
            <pre className="code">{run}</pre>
            {!gates && <span className="text-text-3">Only told to the judge</span>}
          </Row>
        ))}
        {gateTip(task.gate) !== '' && <Row name="Gate">{capital(gateTip(task.gate))}</Row>}
        <Row name="Deliverables">
          <EditableText task={task} text={DELIVERABLES}>
            {task.deliverables.map((path) => (
              <code key={path} className="block">
                {path}
              </code>
            ))}
          </EditableText>
        </Row>
      </dl>
    </Section>
  )
}

const BY_AGENT = 'Its agent reports it done, or ends without an error'

const ENDS = {
  shell: 'Its command exits with 0',
  command: 'Its program exits with 0, or reports it done',
  manual: 'A person says so',
  external: 'Whoever claimed it says so',
  http: 'Its service answers that it is done',
  schedule: 'As its next executor says',
  claude: BY_AGENT,
  codex: BY_AGENT,
  gemini: BY_AGENT,
  qwen: BY_AGENT,
  opencode: BY_AGENT,
  pi: BY_AGENT,
  copilot: BY_AGENT,
  kimi: BY_AGENT,
  acp: BY_AGENT,
  native: BY_AGENT,
} as const satisfies Record<ExecutorType, string>
