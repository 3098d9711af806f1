/** Who works on a task. */

/**
 * Who holds the task. process: runs here. service: the yard hands it the task elsewhere and takes its word. person: another orchestrator or somebody by
 * hand. pilot: an agent CLI that a person drives.
 */
export const AGENT_HOLDERS = ['process', 'service', 'person', 'pilot'] as const

/** The yard has started it, and ends it. */
export const isLaunched = ({ by }: { readonly by: (typeof AGENT_HOLDERS)[number] }): boolean =>
  by === 'process' || by === 'service'
