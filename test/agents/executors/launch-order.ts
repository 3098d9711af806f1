/** Launch orders for tests: everything at rest, with what the test is about laid over it. */
import { taskIdSchema } from '../../../src/domain/schemas.ts'
import { createProfile } from '../../../src/config/models.ts'
import type { Agent } from '../../../src/domain/agent.ts'
import type { LaunchOrder } from '../../../src/domain/executor.ts'
import { agentIdOf } from '../../../src/domain/ids.ts'
import { EXECUTOR_KINDS, type ExecutorType, type Profile } from '../../../src/domain/settings.ts'
import type { Task } from '../../../src/domain/task.ts'
import type { LaunchInput } from '../../../src/agents/executors/executor.ts'

export interface OrderParts {
  readonly task?: Partial<Task>
  readonly agent?: Partial<Agent>
  readonly profile?: Partial<Profile>
  readonly order?: Partial<LaunchOrder>
}

export const profileOf = (type: ExecutorType, more: Partial<Profile> = {}): Profile => ({
  ...createProfile(type, type, { stdin: 'none', coding: false }),
  timeoutMs: 60_000,
  ...more,
})

const TASK: Task = {
  id: taskIdSchema.parse('build'),
  title: 'Build the thing',
  description: 'Make it so.',
  priority: 'normal',
  tags: [],
  skills: [],
  deliverables: [],
  exec: null,
  verify: null,
  executor: null,
  model: null,
  timeoutMs: null,
  maxAttempts: null,
  budget: null,
  budgetTokens: null,
  schedule: null,
  context: null,
  mode: null,
  worktree: null,
  repo: null,
  gate: null,
  identity: null,
  kind: null,
  member: null,
  order: 1,
  state: { kind: 'in-progress', agentId: agentIdOf(7), generation: 1 },
  held: false,
  generation: 1,
  attempts: 0,
  backOffs: 0,
  gateTries: 0,
  lastFailure: null,
  lastAgentId: null,
  conversation: null,
  worktreeName: null,
  resultCommit: null,
  landing: null,
  evaluation: null,
  merging: null,
  scheduledFor: null,
  firstSuccessAt: null,
  addedBy: null,
  createdAt: 0,
  startedAt: null,
  completedAt: null,
}

const agentOf = (type: ExecutorType): Agent => ({
  id: agentIdOf(7),
  taskId: TASK.id,
  generation: 1,
  state: { kind: 'claimed' },
  executor: type,
  executorType: type,
  model: null,
  modelId: null,
  provenance: { executor: 'test', model: 'test' },
  provider: EXECUTOR_KINDS[type].provider,
  tags: [],
  timeoutMs: null,
  by: 'process',
  leaseMs: null,
  claimedBy: null,
  choice: null,
  pid: null,
  pidStartTime: null,
  workplace: null,
  conversation: null,
  resumed: false,
  usage: null,
  costSource: null,
  changes: null,
  identity: null,
  member: null,
  evidence: null,
  triage: null,
  report: null,
  exitCode: null,
  claimedAt: 0,
  startedAt: null,
  endedAt: null,
})

export const launchOrder = (type: ExecutorType, parts: OrderParts = {}): LaunchOrder => ({
  agent: { ...agentOf(type), ...parts.agent },
  task: { ...TASK, ...parts.task },
  profile: profileOf(type, parts.profile),
  dependencies: [],
  notes: [],
  graph: [],
  messages: [],
  resume: null,
  modelId: null,
  model: null,
  profileModel: null,
  answer: null,
  foreignKeys: [],
  isCapped: false,
  ...parts.order,
})

export const CONVERSATION = '3f0e0c1a-8f3a-4e58-9c53-4b8d3c9c5a10'

/** `which` finds everything under `/bin`, and absolute paths where they are. */
export const launchInput = (order: LaunchOrder, more: Partial<LaunchInput> = {}): LaunchInput => ({
  order,
  cwd: '/project',
  folder: '/project/.yard/agents/agent-7',
  promptFile: '/project/.yard/agents/agent-7/prompt.md',
  home: '/project/.yard/homes/profile',
  inheritedEnv: { PATH: '/bin' },
  platform: 'linux',
  execProgram: (name) => ({ argv: ['/bin/node', `/app/${name}.js`], env: {} }),
  which: (program) => (program.startsWith('/') ? program : `/bin/${program}`),
  conversationId: CONVERSATION,
  ...more,
})
