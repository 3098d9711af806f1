/** Whether a profile could run here: its program, by the PATH that agents get. */
import { missingKey } from '../agents/executors/endpoint.ts'
import { which } from '../agents/runtime/launch-stage.ts'
import { profileOf } from '../domain/resolve.ts'
import type { ExecutorType, Profile, Settings } from '../domain/settings.ts'

export function probe(
  settings: Settings,
  name: string,
  parts: { env: Readonly<Record<string, string | undefined>>; paths: { root: string } },
): { binary: string | null; problem: string | null } {
  const profile = profileOf(settings, name)
  if (!profile) return { binary: null, problem: `there is no executor ${name}` }
  if (NO_PROGRAM.has(profile.type)) return { binary: null, problem: null }
  if (profile.type === 'http') return { binary: null, problem: serviceProblem(profile, parts.env) }
  const keyless = missingKey(profile, parts.env)
  if (keyless) return { binary: null, problem: keyless.reason }
  // Its program is a part of Yardmaster.
  if (profile.type === 'native') return { binary: null, problem: null }
  const program =
    profile.type === 'shell'
      ? shellOf(process.platform)
      : (profile.command?.[0] ?? (isNamed(profile.type) ? null : profile.type))
  if (program === null) return { binary: null, problem: `executors.${name}.command is not set` }
  const binary = which(program, parts.env, parts.paths.root)
  return { binary, problem: binary === null ? `${program} was not found on the PATH` : null }
}

/** Its program is whatever its command names. */
const isNamed = (type: ExecutorType): boolean => type === 'command' || type === 'acp'

/** Somebody else does the work, or another executor. */
const NO_PROGRAM: ReadonlySet<ExecutorType> = new Set(['manual', 'external', 'schedule'])

function serviceProblem(
  { name, url, headers }: Profile,
  env: Readonly<Record<string, string | undefined>>,
): string | null {
  // The built-in one serves tasks that name an address of their own.
  if (url === null && name !== 'http') return `executors.${name}.url is not set`
  const variable = Object.values(headers)
    .flatMap((value) => (typeof value === 'string' ? [] : [value.from]))
    .find((from) => !env[from])
  return variable === undefined ? null : `${variable} is not set: it holds a header`
}

const shellOf = (platform: NodeJS.Platform): string =>
  platform === 'win32' ? 'powershell.exe' : '/bin/sh'
