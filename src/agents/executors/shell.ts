/** `shell`: the line a person wrote, given unchanged to `sh -c` (PowerShell on Windows). Nothing is substituted into it. */
import { err, ok } from '../../base/result.ts'
import { workFailure } from '../../domain/failure.ts'
import { agentEnvironment } from './launch/environment.ts'
import type { Executor } from './executor.ts'
import { createRawReader } from './readers/reader.ts'

export const shell: Executor = {
  type: 'shell',
  plan({ order, inheritedEnv, platform }) {
    const line = order.task.exec
    if (line === null)
      return err(workFailure('launch', 'it has nothing to run: a shell task needs an exec line'))
    const argv: [string, ...string[]] =
      platform === 'win32'
        ? ['powershell.exe', '-NoProfile', '-NonInteractive', '-Command', line]
        : ['/bin/sh', '-c', line]
    return ok({
      argv,
      env: agentEnvironment(order.profile, inheritedEnv),
      stdin: 'none',
      conversationId: null,
    })
  },
  createReader: createRawReader,
  stopSignal: 'SIGTERM',
  graceMs: 10_000,
  givesFinal: false,
}
