/** Opens a person's terminal in a folder. It belongs to the person: nobody watches it, and it outlives the app. */
import { spawn } from 'node:child_process'
import { basename } from 'node:path'
import { which } from '../runtime/stages/launch-stage.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Those that a Linux desktop brings, after the person's own choice. Each starts in the folder that it is started in. */
const LINUX = [
  'x-terminal-emulator',
  'gnome-terminal',
  'konsole',
  'xfce4-terminal',
  'kitty',
  'alacritty',
  'foot',
  'xterm',
]

interface TerminalCommand {
  readonly program: string
  readonly args: readonly string[]
}

/** No folder stands among the arguments where the working directory will do: none can be taken for an option or for code. */
export function terminalCommand(
  folder: string,
  env: Environment,
  platform: NodeJS.Platform = process.platform,
): TerminalCommand | null {
  if (platform === 'darwin')
    return { program: '/usr/bin/open', args: ['-a', env['YARD_TERMINAL'] ?? 'Terminal', folder] }
  const named = [env['YARD_TERMINAL'], env['TERMINAL']].filter((name) => name !== undefined)
  const usual = platform === 'win32' ? ['wt.exe', 'powershell.exe'] : LINUX
  for (const name of [...named, ...usual]) {
    const program = which(name, env, folder)
    if (program === null) continue
    return { program, args: basename(program) === 'wt.exe' ? ['-d', '.'] : [] }
  }
  return null
}

/** Why it could not be opened; null = it was started. */
export async function openTerminal(
  folder: string,
  env: Environment,
  platform?: NodeJS.Platform,
): Promise<string | null> {
  const command = terminalCommand(folder, env, platform)
  if (command === null)
    return 'No terminal was found. Name yours in the environment variable YARD_TERMINAL.'
  const child = spawn(command.program, command.args, {
    cwd: folder,
    env: { ...env },
    detached: true,
    stdio: 'ignore',
  })
  child.unref()
  return new Promise((resolve) => {
    child.once('spawn', () => resolve(null))
    child.once('error', (error) => resolve(`The terminal could not be started: ${error.message}`))
  })
}
