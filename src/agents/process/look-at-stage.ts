/** Whether an agent runs, told from its folder without touching it: of yards that are not ours. */
import type { ProcessHost } from './process-host.ts'
import { isWrittenByTerminal, readExit, readOwner } from './stage-files.ts'

/** `starting`: nobody has taken it up; its owner may be about to. */
type StageLook = 'alive' | 'over' | 'starting'

/** `folder` belongs to this boot of the machine. */
export async function lookAtStage(folder: string, host: ProcessHost): Promise<StageLook> {
  try {
    const isEnded = readExit(folder) !== null
    const owner = readOwner(folder)
    if (isEnded && (owner.kind !== 'supervisor' || isWrittenByTerminal(folder, owner)))
      return 'over'
    if (owner.kind === 'nobody' || owner.kind === 'unwritten') return 'starting'
    if (owner.kind !== 'supervisor') return 'over'
    const look = (await host.look([owner.pid])).get(owner.pid)
    if (look === undefined || look.isDead) return 'over'
    // Where it was not noted, the pid alone has to do: better one place too few than one too many.
    return owner.startTime === '' || host.isSameStart(look.startTime, owner.startTime)
      ? 'alive'
      : 'over'
  } catch {
    return 'alive' // not to be read now; asked again
  }
}
