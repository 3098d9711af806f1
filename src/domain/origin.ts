/** Where a value in force comes from: the task, a flag of this start, the environment, a file (with its line), or the default. */

/** Where a value of the configuration comes from. */
export const CONFIG_SOURCES = ['flag', 'env', 'project', 'global', 'default'] as const
export type ConfigSource = (typeof CONFIG_SOURCES)[number]

export interface Origin {
  level: 'task' | ConfigSource
  /** Of the configuration, such as `coordinator.executor`; null where none is meant. */
  key: string | null
  file: string | null
  line: number | null
}

const LEVEL_TEXT = {
  task: 'named by the task',
  flag: 'a flag of this start',
  env: 'the environment',
  project: 'the project’s config',
  global: 'the user’s config',
  default: 'the built-in default',
} as const satisfies Readonly<Record<Origin['level'], string>>

/** `coordinator.executor in /repo/.yard/config.toml:12`, `a flag of this start (coordinator.model)` */
export function originText({ level, key, file, line }: Origin): string {
  if (key === null) return LEVEL_TEXT[level]
  if (file === null) return `${LEVEL_TEXT[level]} (${key})`
  return `${key} in ${file}${line === null ? '' : `:${line}`}`
}
