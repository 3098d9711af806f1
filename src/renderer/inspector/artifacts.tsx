/** What a task has left behind. A file opens here or is downloaded; whatever is in it stays text, a picture, or a frame without rights. */
import { Download } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { TaskView } from '../../contract/view.ts'
import { bytesText } from '../../domain/format.ts'
import { ProblemNote } from '../components/problem-note.tsx'
import { navigate, useRoute } from '../model/route.ts'
import type { Problem } from '../model/session/refusal.ts'
import { useSession } from '../model/session/session-context.tsx'
import type { Session } from '../model/session/session.ts'
import { Button } from '../ui/button.tsx'
import { download } from '../ui/download.ts'
import { Markdown } from '../ui/markdown.tsx'
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
                className="artifact-file"
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

interface FileOfTask {
  readonly task: string
  readonly path: string
}

interface FileRead {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly size: number
}

function FileDialog({ task, path }: FileOfTask) {
  const session = useSession()
  const [read, setRead] = useState<FileRead | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  useEffect(() => {
    let isOver = false
    void readPart(session, { task, path }, 0).then((found) => {
      if (isOver) return undefined
      if (found.ok) setRead(found.value)
      else setProblem(found.error)
      return undefined
    })
    return () => {
      isOver = true
    }
  }, [session, task, path])
  const close = (): void => navigate({ anchor: null }, { replace: true })
  const save = async (): Promise<void> => {
    const whole = await readWhole(session, { task, path })
    if (whole.ok)
      download(nameOf(path), new Blob(whole.value, { type: 'application/octet-stream' }))
    else setProblem(whole.error)
  }
  return (
    <Dialog title={path} isOpen onClose={close} size="wide">
      <ProblemNote problem={problem} onClose={close} />
      {read === null ? (
        problem === null && <div className="artifact-body skeleton" aria-busy="true" />
      ) : (
        <>
          <Content path={path} bytes={read.bytes} />
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

/** Neither scripts nor forms, an origin of its own, and nothing is loaded from anywhere: the page's policy holds in it, too. */
const FRAME_POLICY =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; form-action 'none'; base-uri 'none'"
/** Of pictures that the browser draws without running anything. */
const PICTURES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  svg: 'image/svg+xml',
}

function Content({ path, bytes }: { readonly path: string } & Pick<FileRead, 'bytes'>) {
  const ending = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? ''
  const picture = PICTURES[ending]
  if (picture !== undefined)
    return (
      <div className="artifact-body">
        <img src={`data:${picture};base64,${toBase64(bytes)}`} alt={path} />
      </div>
    )
  // A NUL is in no text.
  if (bytes.subarray(0, 8000).includes(0))
    return <p className="artifact-body">A binary file: download it to open it elsewhere.</p>
  const text = new TextDecoder().decode(bytes)
  if (ending === 'html' || ending === 'htm')
    return (
      <iframe
        className="artifact-body"
        title={path}
        sandbox=""
        referrerPolicy="no-referrer"
        srcDoc={`<meta http-equiv="content-security-policy" content="${FRAME_POLICY}">${text}`}
      />
    )
  if (ending === 'md' || ending === 'markdown')
    return (
      <div className="artifact-body" tabIndex={0} role="region" aria-label={path}>
        <Markdown text={text} />
      </div>
    )
  return (
    <pre className="artifact-body" tabIndex={0} role="region" aria-label={path}>
      {ending === 'diff' || ending === 'patch' ? (
        <DiffText text={text} />
      ) : (
        <PlainText text={text} />
      )}
    </pre>
  )
}

const DIFF_KINDS: Readonly<Record<string, string>> = { '+': 'added', '-': 'removed', '@': 'place' }
/** Longer, and the lines are not coloured. */
const MAX_DIFF_LINES = 5000

function DiffText({ text }: { readonly text: string }) {
  const lines = text.split('\n')
  if (lines.length > MAX_DIFF_LINES) return <PlainText text={text} />
  return lines.map((line, index) => (
    <span key={index} className="diff-line" data-kind={DIFF_KINDS[line.charAt(0)]}>
      <PlainText text={line} />
      {'\n'}
    </span>
  ))
}

async function readPart(session: Session, { task, path }: FileOfTask, from: number) {
  const read = await session.call(({ page }) => page.artifact({ id: task, path, from }))
  if (!read.ok) return read
  const { content, ...rest } = read.value
  const bytes = Uint8Array.from(atob(content), (byte) => byte.charCodeAt(0))
  return { ok: true, value: { ...rest, bytes } } as const
}

async function readWhole(session: Session, file: FileOfTask) {
  const pieces: Uint8Array<ArrayBuffer>[] = []
  for (let from = 0; ;) {
    const read = await readPart(session, file, from)
    if (!read.ok) return read
    pieces.push(read.value.bytes)
    if (read.value.isEnd) return { ok: true, value: pieces } as const
    from = read.value.next
  }
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 32_768)
    text += String.fromCharCode(...bytes.subarray(at, at + 32_768))
  return btoa(text)
}
