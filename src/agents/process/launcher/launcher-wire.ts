/** What the owner and its launcher process say to each other. Both come from one build, so messages are trusted once they have a kind. */
import type { Result } from '../../../base/result.ts'
import type { TreeCpu, TreeTarget } from '../host/process-tree.ts'
import type { KillPhase, KillReport, KillTarget } from '../kill-tree.ts'
import type { LaunchFailure, Stage, Started, SupervisorEnd } from './spawn-stage.ts'

/** Processes that carry the marker of an agent. */
export interface MarkedProcesses {
  readonly marker: string
  readonly processes: readonly { readonly pid: number; readonly command: string | null }[]
}

export type LauncherRequest =
  | { readonly kind: 'start'; readonly id: number; readonly stage: Stage }
  | { readonly kind: 'kill'; readonly id: number; readonly target: KillTarget }
  | { readonly kind: 'sweep'; readonly id: number; readonly markers: readonly string[] }
  | { readonly kind: 'cpu'; readonly id: number; readonly trees: readonly TreeTarget[] }
  /** Answered at once by a launcher whose loop turns. */
  | { readonly kind: 'ping'; readonly id: number }

export type LauncherReply =
  | {
      readonly kind: 'start'
      readonly id: number
      readonly result: Result<Started, LaunchFailure>
    }
  | { readonly kind: 'phase'; readonly id: number; readonly phase: KillPhase }
  | { readonly kind: 'kill'; readonly id: number; readonly report: KillReport }
  | { readonly kind: 'sweep'; readonly id: number; readonly found: readonly MarkedProcesses[] }
  | { readonly kind: 'cpu'; readonly id: number; readonly trees: readonly TreeCpu[] }
  | { readonly kind: 'ping'; readonly id: number }
  | { readonly kind: 'error'; readonly id: number; readonly message: string }
  | { readonly kind: 'ended'; readonly folder: string; readonly end: SupervisorEnd }

export function parseRequest(value: unknown): LauncherRequest | null {
  return hasKind(value) ? (value as LauncherRequest) : null
}

export function parseReply(value: unknown): LauncherReply | null {
  return hasKind(value) ? (value as LauncherReply) : null
}

const hasKind = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string'
