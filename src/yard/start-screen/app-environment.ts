/** The environment of an app: what the person's login shell sets, without what made this process an app. */
import { loginEnvironment } from '../../agents/clis/login-environment.ts'
import { nodeProgram, type NodeProgram } from '../../agents/process/node-program.ts'

type Env = Readonly<Record<string, string | undefined>>

/** What the runtime of an AppImage sets points into a mount that goes away with the app. */
const OF_THE_IMAGE = ['APPDIR', 'APPIMAGE', 'ARGV0', 'OWD']

export async function appEnvironment(env: Env): Promise<Record<string, string | undefined>> {
  const all = await loginEnvironment(env)
  const isElectron = (name: string): boolean => name.startsWith('ELECTRON_')
  return Object.fromEntries(
    Object.entries(all).filter(([name]) => !isElectron(name) && !OF_THE_IMAGE.includes(name)),
  )
}

/** The Node that runs here, as other programs can run it. */
export const nodeHere = (): NodeProgram => nodeProgram()
