/** Whether a profile could run here: its program, by the PATH that agents get. */
import { missingKey } from '../agents/executors/endpoint.ts'
import { which } from '../agents/runtime/launch-stage.ts'
import type { Settings } from '../domain/settings.ts'

export function probe(
  settings: Settings,
  name: string,
  parts: { env: Readonly<Record<string, string | undefined>>; paths: { root: string } },
): { binary: string | null; problem: string | null } {
  const profile = Object.hasOwn(settings.executors, name) ? settings.executors[name] : undefined
  if (!profile) return { binary: null, problem: `there is no executor ${name}` }
  if (profile.type === 'manual') return { binary: null, problem: null }
  if (profile.type === 'schedule') return { binary: null, problem: null }
  const keyless = missingKey(profile, parts.env)
  if (keyless) return { binary: null, problem: keyless.reason }
  const program =
    profile.type === 'shell'
      ? shellOf(process.platform)
      : (profile.command?.[0] ?? (profile.type === 'command' ? null : profile.type))
  if (program === null) return { binary: null, problem: `executors.${name}.command is not set` }
  const binary = which(program, parts.env, parts.paths.root)
  return { binary, problem: binary === null ? `${program} was not found on the PATH` : null }
}

const shellOf = (platform: NodeJS.Platform): string =>
  platform === 'win32' ? 'powershell.exe' : '/bin/sh'
