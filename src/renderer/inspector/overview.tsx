/** Why a task stands where it stands, what it says, what it hangs on, and who tried it. */
import type { ReactNode } from 'react'
import type { TaskCard, TaskView } from '../../contract/view.ts'
import { instantText, instantTextIn } from '../ui/format.ts'
import { Markdown } from '../ui/markdown.tsx'
import { usedMoneyText, usedTokensText } from '../components/usage-text.ts'
import { Artifacts } from './artifacts.tsx'
import { Dependencies } from './dependencies.tsx'
import { DoneWhen } from './done-when.tsx'
import { EditableText, type TextOfTask } from './editable-text.tsx'
import { ShownLine } from '../changes/shown-line.tsx'
import { PlainText } from '../ui/plain-text.tsx'
import { Questions } from './questions.tsx'
import { Routes } from './route-plan.tsx'
import { Section } from './section.tsx'
import { Row, TaskSettings } from './task-settings.tsx'
import { DESCRIPTION, EXEC } from './task-texts.ts'
import { Tries } from './tries.tsx'
import type { TaskDetails } from '../model/use-task-details.ts'
import { WhyNote } from './why-note.tsx'
import './overview.css'

interface OverviewProps {
  readonly card: TaskCard
  readonly details: TaskDetails
}

export function Overview({ card, details }: OverviewProps) {
  const { task, why, tries } = details
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
      <Tries tries={tries} />
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
