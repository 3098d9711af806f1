/** The diff of one file, with what can be done to it. */
import { Ellipsis } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { ChangedFileView, ChangeView } from '../../contract/change.ts'
import { useSession } from '../model/session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { Menu } from '../ui/popups.tsx'
import { ProblemNote } from '../components/problem-note.tsx'
import { Segmented } from '../ui/fields.tsx'
import { useAnswer } from '../model/use-answer.ts'
import { setPreferences, usePreferences } from '../model/preferences.ts'
import { showToast } from '../model/toasts.ts'
import { countsText } from './change-text.ts'
import { DiffBody } from './diff-body.tsx'
import { parsePatch, type Patch } from './patch.ts'
import { ShownPath } from './shown-line.tsx'
import { setViewed, useViewed } from './viewed.ts'
import './diff.css'

interface FileDiffProps {
  readonly view: ChangeView
  readonly file: ChangedFileView
  /** The next try is told what is commented. */
  readonly isRead: boolean
  readonly onCommented: () => void
  /** Of the new file: goes there; null = nowhere. */
  readonly line: number | null
}

export function FileDiff({ view, file, isRead, onCommented, line }: FileDiffProps) {
  const { task, agent, result } = view
  const look = usePreferences(({ diffLook }) => diffLook)
  const { value, problem, askAgain } = useAnswer(
    ({ change }) => change.diff({ task, path: file.path, ...(agent === null ? {} : { agent }) }),
    { key: `${agent} ${result} ${file.path}` },
  )
  const found = value?.files.find(({ path }) => path === file.path)
  const text = found?.patch ?? null
  const patch = useMemo(() => (text === null ? null : parsePatch(text)), [text])
  return (
    <section className="file-diff" aria-label="Diff">
      <Head view={view} file={file} patch={text} />
      <ProblemNote problem={problem} onClose={askAgain} />
      {patch?.modeNote != null && <p className="changes-note">{patch.modeNote}</p>}
      {patch !== null && patch.hunks.length > 0 && (
        <DiffBody
          view={view}
          file={file}
          patch={patch}
          look={look}
          isRead={isRead}
          onCommented={onCommented}
          line={line}
        />
      )}
      {found && <Missing file={file} patch={patch} isCut={found.truncated} />}
    </section>
  )
}

interface HeadProps extends Pick<FileDiffProps, 'view' | 'file'> {
  readonly patch: string | null
}

function Head({ view, file, patch }: HeadProps) {
  const look = usePreferences(({ diffLook }) => diffLook)
  return (
    <header>
      <h3>
        <ShownPath path={file.path} />
        <span className="counts">{countsText(file)}</span>
      </h3>
      {file.oldPath !== null && (
        <p className="changes-note">
          {file.status === 'copied' ? 'Copied from' : 'Was'} <ShownPath path={file.oldPath} />
        </p>
      )}
      <div className="file-diff-tools flex flex-wrap items-center text-text-2">
        <Segmented
          label="Diff"
          value={look}
          options={[
            ['unified', 'Unified'],
            ['split', 'Split'],
          ]}
          onChange={(diffLook) => setPreferences({ diffLook })}
        />
        {view.result !== null && <ViewedBox result={view.result} path={file.path} />}
        <CopyMenu view={view} file={file} patch={patch} />
      </div>
    </header>
  )
}

interface MissingProps {
  readonly file: ChangedFileView
  readonly patch: Patch | null
  readonly isCut: boolean
}

/** What of the diff is not there to be read, and why. */
function Missing({ file, patch, isCut }: MissingProps) {
  const isEmpty = patch === null || patch.hunks.length === 0
  if (!isEmpty && !isCut) return null
  return <p className="changes-none">{isEmpty ? withoutLines(file, isCut) : LONGER}</p>
}

const LONGER = 'The diff is longer than what is shown. In the worktree, git shows all of it.'

/** Why there is nothing to read. */
function withoutLines({ binary, status }: ChangedFileView, isTruncated: boolean): string {
  if (binary) return 'A binary file: it is not shown.'
  if (isTruncated) return 'Too large to be shown.'
  if (status === 'renamed' || status === 'copied') return 'Its content is the same.'
  return 'No line of it was changed.'
}

function ViewedBox({ result, path }: { readonly result: string; readonly path: string }) {
  const viewed = useViewed(result)
  return (
    <label className="viewed-box flex items-center text-text-2 min-w-0">
      <input
        type="checkbox"
        checked={viewed.has(path)}
        onChange={(event) => setViewed(result, path, event.target.checked)}
      />
      Viewed
    </label>
  )
}

function CopyMenu({ view, file: { path }, patch }: HeadProps) {
  const session = useSession()
  const [said, setSaid] = useState('')
  const copy = async (text: string, what: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      setSaid(`${what} copied`)
    } catch {
      setSaid(`${what} could not be copied`)
    }
  }
  const copyAll = async (): Promise<void> => {
    const { task, agent } = view
    const found = await session.call((client) =>
      client.change.diff({ task, ...(agent === null ? {} : { agent }), maxBytes: 8_000_000 }),
    )
    if (!found.ok) return setSaid(found.error.message)
    if (found.value.truncated)
      showToast('The patch is too large to be whole: parts of it are left out.', { kind: 'error' })
    await copy(found.value.files.map((each) => each.patch).join(''), 'Patch')
  }
  return (
    <>
      <span className="file-diff-said flex-1" role="status">
        {said}
      </span>
      <Menu
        align="end"
        trigger={
          <Button look="quiet" aria-label="More about this file">
            <Ellipsis size={16} strokeWidth={1.5} aria-hidden="true" />
          </Button>
        }
        entries={[
          { label: 'Copy path', onSelect: () => void copy(path, 'Path') },
          {
            label: 'Copy patch of this file',
            blocked: patch ? null : 'There is none',
            onSelect: () => void copy(patch ?? '', 'Patch'),
          },
          { label: 'Copy patch of all files', onSelect: () => void copyAll() },
          {
            label: 'Copy branch',
            blocked: view.branch === null ? 'There is none' : null,
            onSelect: () => void copy(view.branch ?? '', 'Branch'),
          },
        ]}
      />
    </>
  )
}
