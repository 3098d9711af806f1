/** What a task has left behind. A file opens here or is downloaded; whatever is in it stays text, a picture, or a frame without rights. */
import { Download } from 'lucide-react'
import { useState } from 'react'
import type { TaskView } from '../../contract/view.ts'
import { bytesText } from '../../domain/format.ts'
import { ArtifactContent, readPart, type FileOfTask } from '../components/artifact-content.tsx'
import { ProblemNote } from '../components/problem-note.tsx'
import { navigate, useRoute } from '../model/route.ts'
import type { Problem } from '../model/session/refusal.ts'
import { useAnswer } from '../model/use-answer.ts'
import { useSession } from '../model/session/session-context.tsx'
import type { Session } from '../model/session/session.ts'
import { Button } from '../ui/button.tsx'
import { download } from '../ui/download.ts'
import { PlainText } from '../ui/plain-text.tsx'
import { Dialog } from '../ui/popups.tsx'
import { Section } from './section.tsx'

export function Artifacts({ task }: { readonly task: Pick<TaskView, 'id' | 'artifacts'> }) {
  const { anchor } = useRoute()
  const { artifacts } = task
  const opened = artifacts.find((each) => each.kind === 'file' && each.path === anchor)
  if (artifacts.length === 0) return null
  return (
    <Section title="Results">
      <ul className="artifacts">
        {artifacts.map((artifact, index) => (
          <li key={index}>
            {artifact.kind === 'file' && (
              <button
                type="button"
                className="text-button artifact-file font-mono text-12"
                onClick={() => navigate({ anchor: artifact.path })}
              >
                <PlainText text={artifact.path} />
              </button>
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
      {opened?.kind === 'file' && (
        <FileDialog key={opened.path} task={task.id} path={opened.path} />
      )}
    </Section>
  )
}

function FileDialog({ task, path }: FileOfTask) {
  const session = useSession()
  const { value: read, problem } = useAnswer((client) => readPart(client, { task, path }, 0))
  const [notSaved, setNotSaved] = useState<Problem | null>(null)
  const close = (): void => navigate({ anchor: null }, { replace: true })
  const save = async (): Promise<void> => {
    const whole = await readWhole(session, { task, path })
    if (whole.ok)
      download(nameOf(path), new Blob(whole.value, { type: 'application/octet-stream' }))
    else setNotSaved(whole.error)
  }
  return (
    <Dialog title={path} isOpen onClose={close} size="wide">
      <ProblemNote problem={problem ?? notSaved} onClose={close} />
      {read === null ? (
        problem === null && <div className="artifact-body skeleton" aria-busy="true" />
      ) : (
        <>
          <ArtifactContent path={path} bytes={read.bytes} />
          <p className="text-12 text-text-3">
            {read.bytes.length < read.size
              ? `The first ${bytesText(read.bytes.length)} of ${bytesText(read.size)}. Download it to see the rest.`
              : bytesText(read.size)}
          </p>
        </>
      )}
      <div className="dialog-acts">
        <Button onClick={close}>Close</Button>
        <Button disabled={read === null} onClick={() => void save()}>
          <Download size={14} strokeWidth={1.5} aria-hidden="true" /> Download
        </Button>
      </div>
    </Dialog>
  )
}

const readWhole = (session: Session, file: FileOfTask) =>
  session.call(async (client) => {
    const pieces: Uint8Array<ArrayBuffer>[] = []
    for (let from = 0; ;) {
      const part = await readPart(client, file, from)
      pieces.push(part.bytes)
      if (part.isEnd) return pieces
      from = part.next
    }
  })

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
