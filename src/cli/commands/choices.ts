/** Words of the domain that options offer. Kept apart from its schemas, which take longer to load than `yard list` may; a test compares them. */
export const PRIORITY_WORDS = ['critical', 'high', 'normal', 'low', 'idle']
export const CONTEXT_WORDS = ['clean', 'task', 'graph', 'full']
export const MODE_WORDS = ['full', 'light', 'bare']
export const STATUS_WORDS = [
  ...['open', 'in-progress', 'waiting', 'pending-eval', 'done', 'failed', 'abandoned'],
  ...['paused', 'blocked', 'delayed', 'parked', 'ready'],
]
/** Those that whoever reports may name. */
export const FAILURE_CLASS_WORDS = [
  ...['quota', 'rate-limit', 'overload', 'auth', 'context-overflow', 'bad-model', 'exit', 'crash'],
  ...['timeout', 'no-work', 'verify', 'reported'],
]
