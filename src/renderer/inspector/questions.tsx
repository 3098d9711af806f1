/** What was asked about the task and what was answered, long after it went on, too. */
import { instantText } from '../ui/format.ts'
import { PlainText } from '../ui/plain-text.tsx'
import { questionsAsked } from './questions-asked.ts'
import { Section } from './section.tsx'
import type { TaskDetails } from '../model/use-task-details.ts'

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
