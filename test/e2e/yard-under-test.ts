/** A yard in a temporary folder, its host as a child process, and the REST API to set the stage with. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const project = resolve(import.meta.dirname, '../..')

export interface YardUnderTest {
  readonly folder: string
  /** For processes that belong to it: no file of the user is touched. */
  readonly env: Readonly<Record<string, string>>
  /** Starts the host; answers with a fresh address of its page. */
  start(): Promise<string>
  /** Ends it without a word. */
  kill(): Promise<void>
  addTask(task: Record<string, unknown>): Promise<void>
  /** All or none. */
  addTasks(tasks: readonly Record<string, unknown>[]): Promise<void>
  /** Asks the REST API as another client would; gives its answer. */
  post(path: string, body: unknown): Promise<unknown>
  patch(path: string, body: unknown): Promise<unknown>
  /** Lets a task go on that `untilTold` holds. */
  tell(word: string): Promise<void>
  /** Ends the host and all agents, and removes the folder. */
  close(): Promise<void>
}

/** A shell line that says `begins`, waits to be told, then says `ends`. */
export const untilTold = (word: string): string =>
  `echo begins; until [ -e told-${word} ]; do sleep 0.05; done; echo ends`

/** `name`: of the yard, as the page shows it. */
export async function makeYard(name = 'yard'): Promise<YardUnderTest> {
  const outer = await mkdtemp(join(tmpdir(), 'yard-e2e-'))
  const folder = join(outer, name)
  await mkdir(folder)
  const env = {
    ...inheritedEnv(),
    XDG_DATA_HOME: join(outer, 'data'),
    XDG_CONFIG_HOME: join(outer, 'config'),
  }
  const options = { cwd: folder, env }
  await promisify(execFile)(process.execPath, [join(project, 'src/cli/index.ts'), 'init'], options)
  let host: ChildProcess | null = null

  const start = async (): Promise<string> => {
    const child = spawn(
      process.execPath,
      [join(project, 'bin/yard'), 'serve', '--json', '--dir', folder],
      {
        ...options,
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    host = child
    const [line] = await once(createInterface(child.stdout), 'line')
    return JSON.parse(String(line)).pageUrl
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const child = host
    host = null
    if (child === null || child.exitCode !== null) return
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
  }
  const api = async (method: 'POST' | 'PATCH', path: string, body: unknown): Promise<unknown> => {
    const state = JSON.parse(await readFile(join(folder, '.yard/service/state.json'), 'utf8'))
    const answer = await fetch(new URL(`/api${path}`, state.url), {
      method,
      // Node's fetch looks like a browser's to the host, so it says where it comes from.
      headers: {
        authorization: `Bearer ${state.token}`,
        'content-type': 'application/json',
        origin: state.url,
      },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }
  return {
    folder,
    env,
    start,
    kill: () => end('SIGKILL'),
    addTask: async (task) => void (await api('POST', '/task', task)),
    post: (path, body) => api('POST', path, body),
    patch: (path, body) => api('PATCH', path, body),
    addTasks: async (tasks) => void (await api('POST', '/import', { tasks })),
    tell: (word) => writeFile(join(folder, `told-${word}`), ''),
    async close() {
      if (host) await api('POST', '/agents/kill', { force: true })
      await end('SIGTERM')
      await rm(outer, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** This process's environment, for children. */
export const inheritedEnv = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]])),
  )
