/** The identity of a process: pid, start time and boot id together, because pids are reused. */
import { createDarwinHost } from './darwin-host.ts'
import { createLinuxHost } from './linux-host.ts'
import type { ProcessHost } from './process-host.ts'
import { createWindowsHost } from './windows-host.ts'

export interface ProcessIdentity {
  readonly pid: number
  readonly startTime: string
  readonly bootId: string
}

/** The host of the system this runs on; anything that is neither macOS nor Windows is asked through /proc. */
export function createProcessHost(platform: NodeJS.Platform = process.platform): ProcessHost {
  if (platform === 'win32') return createWindowsHost()
  if (platform === 'darwin') return createDarwinHost()
  return createLinuxHost()
}

/** True while this process runs. A zombie, a reused pid or a process of another boot does not count. */
export async function isAlive(identity: ProcessIdentity, host: ProcessHost): Promise<boolean> {
  if (identity.bootId !== (await host.bootId())) return false
  const look = (await host.look([identity.pid])).get(identity.pid)
  return look !== undefined && !look.isDead && host.isSameStart(look.startTime, identity.startTime)
}

/** Null when there is no such process. */
export async function startTimeOf(pid: number, host: ProcessHost): Promise<string | null> {
  return (await host.look([pid])).get(pid)?.startTime ?? null
}
