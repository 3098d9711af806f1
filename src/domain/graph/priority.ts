/** How urgent a task is, most urgent first. */
export const PRIORITIES = ['critical', 'high', 'normal', 'low', 'idle'] as const
