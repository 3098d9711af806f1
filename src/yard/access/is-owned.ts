/** Whether any process owns a yard, asked of its lock. Never in a process that may own it itself. */
import { existsSync } from 'node:fs'
import type { YardPaths } from '../../config/paths.ts'
import { takeOwnerLock } from '../../store/owner-lock.ts'

export function isOwned({ service }: Pick<YardPaths, 'service'>): boolean {
  if (!existsSync(service.ownerDb)) return false
  const lock = takeOwnerLock(service.ownerDb)
  if (lock.ok) lock.value.release()
  return !lock.ok && lock.error.kind === 'locked'
}
