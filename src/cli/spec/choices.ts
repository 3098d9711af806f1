/** Values of the domain that options offer. Apart from its schemas, which take long to load; a test holds them equal. */
export const PRIORITIES = ['critical', 'high', 'normal', 'low', 'idle'] as const
export const CONTEXTS = ['clean', 'task', 'graph', 'full'] as const
export const MODES = ['full', 'light', 'bare'] as const
/** Stored statuses, then derived states. */
export const STATUSES: readonly string[] = [
  ...['open', 'in-progress', 'waiting', 'pending-eval', 'done', 'failed', 'abandoned'],
  ...['paused', 'blocked', 'delayed', 'parked', 'ready'],
]
