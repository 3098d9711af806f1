/** Opens a folder of the yard outside of the window: in the file manager, the editor, a terminal. A browser can open none. */
import { FolderOpen, SquarePen, SquareTerminal, type LucideIcon } from 'lucide-react'
import { useState } from 'react'
import { errorText } from '../../base/text.ts'
import type { DesktopBridge } from '../../contract/desktop.ts'
import { Button } from '../ui/button.tsx'

interface FolderProgramRow {
  readonly label: (name: string) => string
  readonly icon: LucideIcon
  /** Null = opened; else why not. */
  readonly open: (host: DesktopBridge, folder: string) => Promise<string | null>
}

const PROGRAMS: readonly FolderProgramRow[] = [
  {
    label: (name) => `Show the ${name} in the file manager`,
    icon: FolderOpen,
    open: async (host, folder) => ((await host.reveal(folder)) ? null : 'It could not be opened'),
  },
  {
    label: (name) => `Open the ${name} in the editor`,
    icon: SquarePen,
    open: (host, folder) => host.openFolder(folder, 'editor'),
  },
  {
    label: (name) => `Open a terminal in the ${name}`,
    icon: SquareTerminal,
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
          icon={program.icon}
          aria-label={program.label(name)}
          title={`${program.label(name)}: ${folder}`}
          onClick={() => void press(program)}
        />
      ))}
      <span role="status">{problem}</span>
    </>
  )
}
