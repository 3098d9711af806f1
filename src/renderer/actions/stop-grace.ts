/** How long the host waits between asking an agent to end and ending it: `agent.stop_grace`. */
import { parseDuration } from '../../domain/duration.ts'
import type { AgentView } from '../../contract/view.ts'
import type { YardClient } from '../model/session/link.ts'
import type { Session } from '../model/session/session.ts'

type ConfigEntry = Awaited<ReturnType<YardClient['service']['config']>>[number]

/** In ms; null while it is not known. */
export function graceOf(entries: readonly ConfigEntry[]): number | null {
  const value = entries.find(({ key }) => key === 'agent.stop_grace')?.value
  return value === undefined ? null : parseDuration(String(value), 's')
}

export async function fetchGrace(session: Session): Promise<number | null> {
  const found = await session.call(({ service }) => service.config())
  return found.ok ? graceOf(found.value) : null
}

/** Whether an agent that is being stopped has had its grace; false while that is not known. */
export const isGraceOver = (
  { stoppingSince }: Pick<AgentView, 'stoppingSince'>,
  graceMs: number | null,
  now: number,
): boolean =>
  graceMs !== null && stoppingSince !== null && now - Date.parse(stoppingSince) >= graceMs
