/** The executors that start processes, by type. `manual` is taken by people; a `schedule` profile is resolved to its `then` before it gets here. */
import type { ExecutorType } from '../../domain/settings.ts'
import { acp } from './acp.ts'
import { claude } from './claude.ts'
import { codex } from './codex.ts'
import { command, shell } from './command.ts'
import { copilot } from './copilot.ts'
import type { Executor } from './executor.ts'
import { gemini } from './gemini.ts'
import { kimi } from './kimi.ts'
import { native } from './native.ts'
import { opencode } from './opencode.ts'
import { pi } from './pi.ts'
import { qwen } from './qwen.ts'

const EXECUTORS = {
  shell,
  command,
  claude,
  codex,
  gemini,
  qwen,
  opencode,
  pi,
  copilot,
  kimi,
  acp,
  native,
  http: null,
  external: null,
  manual: null,
  schedule: null,
} as const satisfies Record<ExecutorType, Executor | null>

/** Null for a type whose agents are no processes. */
export const executorOf = (type: ExecutorType): Executor | null => EXECUTORS[type]
