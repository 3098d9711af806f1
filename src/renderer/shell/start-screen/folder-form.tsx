/** Which folder to open. It says what the folder is while one types; the app can show the system's own chooser. */
import { FolderOpen } from 'lucide-react'
import { useEffect, useState, type FormEvent } from 'react'
import type { Problem } from '../../model/session/problem.ts'
import { useSession } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/fields.tsx'
import type { OpenYard } from './use-open-yard.ts'

interface FolderFormProps {
  readonly opening: OpenYard
  /** What follows once it is open. */
  readonly then?: 'import'
}

interface Inspected {
  readonly folder: string
  readonly exists: boolean
  readonly isGit: boolean
  readonly yard: string | null
  /** Why the host cannot say. */
  readonly refusal?: string
}

const PAUSE_MS = 200

export function FolderForm({ opening, then }: FolderFormProps) {
  const [folder, setFolder] = useState('')
  const inspected = useInspected(folder)
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    if (inspected?.exists && !opening.isBusy) opening.open(inspected.folder, then)
  }
  return (
    <form className="folder-form" onSubmit={onSubmit}>
      <Field
        label="Folder"
        placeholder="~/src/my-project"
        value={folder}
        autoFocus
        note={noteOf(inspected)}
        onChange={(event) => setFolder(event.target.value)}
      />
      {window.yardHost && <Chooser onChosen={setFolder} />}
      <Button
        look="main"
        type="submit"
        isBusy={opening.isBusy}
        disabled={inspected?.exists !== true}
      >
        {inspected?.exists && inspected.yard === null ? 'Make a yard here' : 'Open this yard'}
      </Button>
    </form>
  )
}

function noteOf(inspected: Inspected | null): string {
  if (inspected === null) return 'The whole path; ~ is your home.'
  const { exists, yard, isGit, folder, refusal } = inspected
  if (refusal !== undefined) return refusal
  if (!exists) return 'There is no such folder.'
  if (yard !== null) return yard === folder ? 'A yard is here.' : `A yard is here, in ${yard}.`
  return isGit
    ? 'A git repository. Yardmaster adds .yard/ to it and nothing else.'
    : 'Not a git repository: agents work in the folder itself. Yardmaster adds .yard/.'
}

function Chooser({ onChosen }: { readonly onChosen: (folder: string) => void }) {
  const choose = async (): Promise<void> => {
    const folder = await window.yardHost?.chooseFolder()
    if (folder) onChosen(folder)
  }
  return (
    <Button onClick={() => void choose()}>
      <FolderOpen size={14} strokeWidth={1.5} aria-hidden="true" /> Choose…
    </Button>
  )
}

const wordsOf = ({ message, hint }: Problem): string => [message, hint].filter(Boolean).join('; ')

/** What the host says of the folder, a moment after the last key. Null while nothing is known. */
function useInspected(folder: string): Inspected | null {
  const session = useSession()
  const [answer, setAnswer] = useState<{ readonly asked: string; readonly is: Inspected } | null>(
    null,
  )
  useEffect(() => {
    const asked = folder.trim()
    if (asked === '') return undefined
    let isLate = false
    const timer = setTimeout(async () => {
      const result = await session.call(({ startScreen }) => startScreen.inspect({ folder: asked }))
      if (isLate) return
      const none = { folder: asked, exists: false, isGit: false, yard: null }
      const is = result.ok ? result.value : { ...none, refusal: wordsOf(result.error) }
      setAnswer({ asked, is })
    }, PAUSE_MS)
    return () => {
      isLate = true
      clearTimeout(timer)
    }
  }, [folder, session])
  return answer?.asked === folder.trim() ? answer.is : null
}
