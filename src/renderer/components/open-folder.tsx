/** Opens a folder of the yard outside of the window: in the file manager, the editor, a terminal. A browser can open none. */
import { FolderOpen, SquarePen, SquareTerminal } from 'lucide-react'
import { useState } from 'react'
import { errorText } from '../../base/text.ts'
import type { DesktopBridge } from '../../contract/desktop.ts'
import { Button } from '../ui/button.tsx'

interface FolderProgramRow {
  readonly label: (name: string) => string
  readonly Icon: typeof FolderOpen
  /** Null = opened; else why not. */
  readonly open: (host: DesktopBridge, folder: string) => Promise<string | null>
}

const PROGRAMS: readonly FolderProgramRow[] = [
  {
    label: (name) => `Show the ${name} in the file manager`,
    Icon: FolderOpen,
    open: async (host, folder) => ((await host.reveal(folder)) ? null : 'It could not be opened'),
  },
  {
    label: (name) => `Open the ${name} in the editor`,
    Icon: SquarePen,
    open: (host, folder) => host.openFolder(folder, 'editor'),
  },
  {
    label: (name) => `Open a terminal in the ${name}`,
    Icon: SquareTerminal,
    open: (host, folder) => host.openFolder(folder, 'terminal'),
  },
]

interface OpenFolderProps {
  readonly folder: string
  /** What it is: "worktree". */
  readonly name: string
}

export function OpenFolder({ folder, name }: OpenFolderProps) {
  const [problem, setProblem] = useState<string | null>(null)
  const host = window.yardHost
  if (!host) return null
  const press = async ({ open }: FolderProgramRow): Promise<void> => {
    setProblem(await open(host, folder).catch(errorText))
  }
  return (
    <>
      {PROGRAMS.map((program) => (
        <Button
          key={program.label('')}
          look="quiet"
          aria-label={program.label(name)}
          title={`${program.label(name)}: ${folder}`}
          onClick={() => void press(program)}
        >
          <program.Icon size={14} strokeWidth={1.5} aria-hidden="true" />
        </Button>
      ))}
      <span role="status">{problem}</span>
    </>
  )
}
