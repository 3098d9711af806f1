/** The present, which moves on between two answers of the yard, and stands while nobody hears it. */
import { useConnection } from '../../model/session/session-context.tsx'
import { useNow } from '../../ui/timers.ts'
import type { Activity } from './use-activity.ts'

const EVERY_MS = 1000

export const useIsLive = (): boolean => useConnection().kind !== 'lost'

/** ms since the yard told `activity`, up to the loss of the connection. */
export function useAhead({ heardAt }: Pick<Activity, 'heardAt'>): number {
  const now = useNow(EVERY_MS)
  const connection = useConnection()
  return Math.max(0, (connection.kind === 'lost' ? connection.since : now) - heardAt)
}
