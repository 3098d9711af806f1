/** What a task must pass to be done: how it ends, by its kind of executor, then its check and its deliverables. */
import type { TaskView } from '../../contract/view.ts'
import type { ExecutorType } from '../../domain/settings.ts'
import { EditableText } from './editable-text.tsx'
import { Section } from './section.tsx'
import { Row } from './task-settings.tsx'
import { DELIVERABLES, VERIFY } from './task-texts.ts'

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
