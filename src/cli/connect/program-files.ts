/** Other programs: where those of this project lie (beside the source while it runs from source, else beside the built one), and the browser. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Entries {
  /** The folder with the supervisor scripts. */
  readonly resources: string
  readonly launcherEntry: string
  readonly tailEntry: string
  readonly forecastEntry: string
  readonly largeWriteEntry: string
  readonly headlessEntry: string
}

/** `entry` is the file that the command was started with. */
export function entriesOf(root: URL, entry: URL): Entries {
  const at = (path: string): string => fileURLToPath(new URL(path, root))
  const resources = at('resources')
  if (entry.pathname.endsWith('.ts'))
    return {
      resources,
      launcherEntry: at('src/agents/launcher-entry.ts'),
      tailEntry: at('src/agents/tail-worker.ts'),
      forecastEntry: at('src/yard/forecast/forecast-worker.ts'),
      largeWriteEntry: at('src/store/large/large-write-worker.ts'),
      headlessEntry: at('src/headless/index.ts'),
    }
  return {
    resources,
    launcherEntry: at('out/main/launcher.js'),
    tailEntry: at('out/main/tail-worker.js'),
    forecastEntry: at('out/main/forecast-worker.js'),
    largeWriteEntry: at('out/main/large-write-worker.js'),
    headlessEntry: at('out/main/headless.js'),
  }
}

/** Where the built page lies. For work on the page itself `YARD_PAGE` names another built page; only `YARD_DEV=1` heeds it. */
export function pageRootOf(env: NodeJS.ProcessEnv, root: URL): string {
  const named = env['YARD_DEV'] === '1' ? env['YARD_PAGE'] : undefined
  return named ?? fileURLToPath(new URL('out/renderer', root))
}

const OPENERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/** Opens an address in the user's browser; says nothing when there is none: the address is printed anyway. */
export function openBrowser(url: string, env: NodeJS.ProcessEnv): void {
  const isHeadless = process.platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY
  if (isHeadless) return
  const [program = 'xdg-open', ...args] = OPENERS[process.platform] ?? ['xdg-open']
  const child = spawn(program, [...args, url], { detached: true, stdio: 'ignore' })
  child.on('error', () => {}) // no such program
  child.unref()
}
