/** What a task has left behind: files by name, texts and data shown as they are. */
import type { TaskView } from '../../contract/view.ts'
import { PlainText } from '../ui/plain-text.tsx'
import { Section } from './section.tsx'

export function Artifacts({ artifacts }: { readonly artifacts: TaskView['artifacts'] }) {
  if (artifacts.length === 0) return null
  return (
    <Section title="Results">
      <ul className="artifacts">
        {artifacts.map((artifact, index) => (
          <li key={index}>
            {artifact.kind === 'file' && (
              <code>
                <PlainText text={artifact.path} />
              </code>
            )}
            {artifact.kind === 'text' && (
              <details>
                <summary>
                  <PlainText text={artifact.name} />
                </summary>
                <pre>
                  <PlainText text={artifact.text} />
                </pre>
              </details>
            )}
            {artifact.kind === 'json' && (
              <pre>
                <PlainText text={JSON.stringify(artifact.value, null, 2)} />
              </pre>
            )}
          </li>
        ))}
      </ul>
    </Section>
  )
}
