/** Opens a person's terminal in a folder. It belongs to the person: nobody watches it, and it outlives the app. */
import { spawn } from 'node:child_process'
import { basename, delimiter, isAbsolute, relative } from 'node:path'
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
  const named = [env['YARD_TERMINAL'], env['TERMINAL']].flatMap((line) => line?.trim() || [])
  const usual = platform === 'win32' ? ['wt.exe', 'powershell.exe'] : LINUX
  for (const line of [...named, ...usual]) {
    const [name = '', ...args] = line.split(/\s+/)
    const program = outsideOf(folder, name, env)
    if (program === null) continue
    return { program, args: basename(program) === 'wt.exe' ? ['-d', '.', ...args] : args }
  }
  return null
}

/** The person's own program: an agent may have left one of its name in the folder, where a relative PATH would find it. */
function outsideOf(folder: string, name: string, env: Environment): string | null {
  if (/[/\\]/.test(name) && !isAbsolute(name)) return null
  const isOutside = (path: string): boolean => {
    const way = relative(folder, path)
    return way.startsWith('..') || isAbsolute(way)
  }
  const path = env['PATH'] ?? env['Path'] ?? ''
  const folders = path.split(delimiter).filter((each) => isAbsolute(each) && isOutside(each))
  const found = which(name, { ...env, PATH: folders.join(delimiter) }, '/')
  return found !== null && isOutside(found) ? found : null
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
