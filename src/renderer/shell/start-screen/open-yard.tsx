/** Opening a yard: which folder, with what the host says of it while one types, and the way there. */
import { FolderOpen } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import type { Problem } from '../../model/session/problem.ts'
import type { YardClient } from '../../model/session/link.ts'
import { useCommand } from '../../model/session/session-context.tsx'
import { beginWithImport } from '../../model/session/open-link.ts'
import { showToast } from '../../model/toasts.ts'
import { useAnswer } from '../../model/use-answer.ts'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/fields.tsx'
import { useThrottled } from '../../ui/timers.ts'

interface FolderFormProps {
  readonly opening: OpenYard
  /** What follows once it is open. */
  readonly then?: 'import'
}

const PAUSE_MS = 200

export function FolderForm({ opening, then }: FolderFormProps) {
  const [folder, setFolder] = useState('')
  const typed = folder.trim()
  const asked = useThrottled(typed, PAUSE_MS)
  const inspection = useAnswer(
    async ({ startScreen }) => (asked === '' ? null : startScreen.inspect({ folder: asked })),
    { key: asked },
  )
  const isKnown = asked === typed && inspection.isCurrent
  const inspected = isKnown ? inspection.value : null
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    if (inspected?.exists && !opening.isBusy) opening.open(inspected.folder, then)
  }
  return (
    <form className="folder-form flex flex-wrap items-start gap-2" onSubmit={onSubmit}>
      <Field
        label="Folder"
        placeholder="~/src/my-project"
        value={folder}
        autoFocus
        note={inspection.problem ? refusalOf(inspection.problem) : noteOf(inspected)}
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

type InspectedFolder = Awaited<ReturnType<YardClient['startScreen']['inspect']>>

/** Why the host cannot say what the folder is. */
const refusalOf = ({ message, hint }: Problem): string => [message, hint].filter(Boolean).join('; ')

function noteOf(inspected: InspectedFolder | null): string {
  if (inspected === null) return 'The whole path; ~ is your home.'
  const { exists, yard, isGit, folder } = inspected
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
    <Button icon={FolderOpen} onClick={() => void choose()}>
      Choose…
    </Button>
  )
}

export interface OpenYard {
  readonly isBusy: boolean
  readonly problem: Problem | null
  dismiss(): void
  open(folder: string, then?: 'import'): void
  example(): void
}

/** Opens a yard and goes there: a browser to the address that the host gives, the app's window by itself. */
export function useOpenYard(): OpenYard {
  const { run, isBusy, problem, dismiss } = useCommand()
  const [isLeaving, setLeaving] = useState(false)
  const leave = (pageUrl: string | null, then: 'import' | undefined): void => {
    setLeaving(true)
    if (pageUrl === null) {
      if (then) beginWithImport(window)
      return // the window goes by itself
    }
    if (isOnThisMachine(pageUrl) && URL.parse(pageUrl)?.origin !== location.origin) {
      location.assign(then ? `${pageUrl}&then=import` : pageUrl)
      return
    }
    setLeaving(false)
    showToast('This yard is the one that is open.')
  }
  return {
    isBusy: isBusy || isLeaving,
    problem,
    dismiss,
    open: (folder, then) =>
      void run(async ({ startScreen }) =>
        leave((await startScreen.open({ folder })).pageUrl, then),
      ),
    example: () =>
      void run(async ({ startScreen }) => leave((await startScreen.example()).pageUrl, undefined)),
  }
}

/** A host only ever names its own machine; anything else is not followed. */
export function isOnThisMachine(address: string): boolean {
  const url = URL.parse(address)
  return url?.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname)
}
