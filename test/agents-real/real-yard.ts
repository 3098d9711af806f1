/** A yard in a scratch repository whose agents are the real CLIs, pointed at the mock. */
import { execa } from 'execa'
import { mkdtemp, realpath, rm, writeFile, appendFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { silentLog } from '../../src/base/log.ts'
import type { YardPaths } from '../../src/config/paths.ts'
import type { Task } from '../../src/domain/task.ts'
import { initYard } from '../../src/yard/init-yard.ts'
import { openYard } from '../../src/yard/open-yard.ts'
import type { Yard } from '../../src/yard/yard.ts'
import { installAgentClis } from './install.ts'
import {
  KEY_NAME,
  KEY_VALUE,
  nativeProfile,
  opencodeAcpProfile,
  realConfig,
  realProfiles,
} from './real-agents.ts'

export const ROOT = resolve(import.meta.dirname, '../..')

export interface RealYard {
  readonly root: string
  readonly paths: YardPaths
  /** What a program of ours needs in its environment. */
  readonly env: NodeJS.ProcessEnv
  open(): Promise<Yard>
  remove(): Promise<void>
}

/** For a model that it does not know codex offers its plain shell tool, which is the one that the mock calls. */
const PLAIN_MODEL = '[models.plain]\nprovider = "openai"\nmodel_id = "some-model"\n'

export async function makeRealYard(mockUrl: string): Promise<RealYard> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'yard-graph-')))
  const root = join(home, 'project')
  const env = {
    ...process.env,
    [KEY_NAME]: KEY_VALUE,
    HOME: home,
    XDG_DATA_HOME: join(home, 'data'),
    XDG_CONFIG_HOME: join(home, 'config'),
    GIT_CONFIG_GLOBAL: '/dev/null',
  }
  await execa('git', ['init', '-q', '-b', 'main', root], { env })
  await writeFile(join(root, 'readme.txt'), 'a project\n')
  const who = ['-c', 'user.name=Tester', '-c', 'user.email=t@localhost']
  await execa('git', ['-C', root, 'add', '-A'], { env })
  await execa('git', ['-C', root, ...who, 'commit', '-qm', 'first'], { env })
  const made = await initYard(root, join(home, 'data', 'yard'))
  if (!made.ok) throw new Error(made.error.message)
  const clis = await installAgentClis()
  const profiles = [
    ...Object.values(await realProfiles(mockUrl, clis, home)),
    nativeProfile(mockUrl),
    opencodeAcpProfile(mockUrl, clis.opencode, join(home, 'opencode-acp')),
  ]
  await appendFile(made.value.paths.config, `\n${PLAIN_MODEL}\n${realConfig(profiles)}`)
  const { paths } = made.value
  return {
    root,
    paths,
    env,
    async open() {
      const opened = await openYard({
        paths,
        env,
        host: 'run',
        log: silentLog,
        flags: {},
        runsAgents: true,
        resources: join(ROOT, 'resources'),
        launcherEntry: join(ROOT, 'src/agents/launcher-entry.ts'),
        tailEntry: join(ROOT, 'src/agents/tail-worker.ts'),
        forecastEntry: join(ROOT, 'src/yard/forecast/forecast-worker.ts'),
      })
      if (!opened.ok) throw new Error(opened.error.message)
      return opened.value
    },
    remove: () => rm(home, { recursive: true, force: true, maxRetries: 5 }),
  }
}

export const isDone = (task: Task): boolean => task.state.kind === 'done'
