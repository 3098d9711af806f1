/** Why a task stands where it stands, and all its facts. */
import type { ReactNode } from 'react'
import type { TaskCard, TaskView } from '../../contract/view.ts'
import { useCommand, useYard } from '../session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { durationText, instantText } from '../ui/duration.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'
import { agentFacts, taskFacts, type Fact } from './facts.ts'
import type { TaskDetails } from './use-task-details.ts'

interface OverviewProps {
  readonly details: TaskDetails
  readonly onSelect: (taskId: string) => void
}

export function Overview({ details, onSelect }: OverviewProps) {
  const { task, why, agent } = details
  return (
    <div className="panel overview" tabIndex={0} role="region" aria-label="Overview">
      <p className="why" data-st={task.state}>
        {why.text}
      </p>
      {task.failure && <FailureBox failure={task.failure} />}
      {task.description && <p className="description">{task.description}</p>}
      {task.exec && <pre className="exec">{task.exec}</pre>}
      <Dependencies task={task} onSelect={onSelect} />
      <Facts title="Task" facts={taskFacts(task)} />
      {agent && <Facts title={agent.id} facts={agentFacts(agent)} />}
      <Artifacts artifacts={task.artifacts} />
    </div>
  )
}

function FailureBox({ failure }: { readonly failure: NonNullable<TaskView['failure']> }) {
  return (
    <div className="failure" data-st="failed">
      <b>{failure.reason}</b>
      {failure.detail && <pre>{failure.detail}</pre>}
    </div>
  )
}

function Dependencies({ task, onSelect }: { task: TaskView; onSelect: (id: string) => void }) {
  const { run, isBusy, problem, dismiss } = useCommand()
  if (task.after.length + task.before.length === 0) return null
  const remove = (blocker: string): void =>
    void run((client, commandId) =>
      client.task.edit({ id: task.id, removeAfter: [blocker], commandId }),
    )
  return (
    <Section title="Dependencies">
      <ul className="dependencies" aria-label="After">
        {task.after.map((id) => (
          <DependencyRow key={id} word="After" id={id} onSelect={onSelect}>
            <Button
              look="quiet"
              icon="close"
              isBusy={isBusy}
              aria-label={`Remove the dependency on ${id}`}
              onClick={() => remove(id)}
            />
          </DependencyRow>
        ))}
      </ul>
      <ul className="dependencies" aria-label="Before">
        {task.before.map((id) => (
          <DependencyRow key={id} word="Before" id={id} onSelect={onSelect} />
        ))}
      </ul>
      <ProblemNote problem={problem} onClose={dismiss} />
    </Section>
  )
}

interface DependencyRowProps {
  readonly word: string
  readonly id: string
  readonly onSelect: (id: string) => void
  readonly children?: ReactNode
}

function DependencyRow({ word, id, onSelect, children }: DependencyRowProps) {
  const card: TaskCard | undefined = useYard((view) => view.tasks.get(id))
  return (
    <li>
      <span className="dependency-word">{word}</span>
      <Button look="quiet" className="dependency-title" onClick={() => onSelect(id)}>
        {card?.title ?? id}
      </Button>
      {card && <StatusBadge state={card.state} />}
      {children}
    </li>
  )
}

function Facts({ title, facts }: { readonly title: string; readonly facts: readonly Fact[] }) {
  return (
    <Section title={title}>
      <dl className="facts">
        {facts.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{typeof value === 'string' ? value : factText(value)}</dd>
          </div>
        ))}
      </dl>
    </Section>
  )
}

const factText = (value: Exclude<Fact['value'], string>): string =>
  'at' in value ? instantText(value.at) : durationText(value.ms)

function Artifacts({ artifacts }: { readonly artifacts: TaskView['artifacts'] }) {
  if (artifacts.length === 0) return null
  return (
    <Section title="Results">
      <ul className="artifacts">
        {artifacts.map((artifact, index) => (
          <li key={index}>
            {artifact.kind === 'file' && <code>{artifact.path}</code>}
            {artifact.kind === 'text' && <p>{artifact.text}</p>}
            {artifact.kind === 'json' && <pre>{JSON.stringify(artifact.value, null, 2)}</pre>}
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  )
}
