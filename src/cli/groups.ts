/** All commands, in the order in which help shows them. */
import { claim, heartbeat, letGo } from './commands/agents/claim.ts'
import { agents, deadAgents, kill } from './commands/agents/agents.ts'
import { output } from './commands/agents/output.ts'
import { pilot } from './commands/agents/pilot.ts'
import { diff } from './commands/changes/diff.ts'
import { merge } from './commands/changes/merge.ts'
import { worktree } from './commands/changes/worktree.ts'
import { config } from './commands/config/config.ts'
import { executors } from './commands/config/executors.ts'
import { model } from './commands/config/model.ts'
import { cost } from './commands/graph/cost.ts'
import { exportGraph, importGraph } from './commands/graph/import.ts'
import { blocked, list, ready } from './commands/graph/list.ts'
import { show, why } from './commands/graph/show.ts'
import { stats } from './commands/graph/stats.ts'
import { viz } from './commands/graph/viz.ts'
import { completion, help } from './commands/help.ts'
import { mcp } from './commands/run/mcp.ts'
import { run } from './commands/run/run.ts'
import { wait } from './commands/run/wait.ts'
import { watch } from './commands/run/watch.ts'
import { serve } from './commands/service/serve.ts'
import { service } from './commands/service/service.ts'
import { page, welcome } from './commands/service/page.ts'
import { add, edit } from './commands/tasks/add.ts'
import { artifact, log } from './commands/tasks/log.ts'
import { answer, ask, done, fail } from './commands/tasks/report.ts'
import { schedule } from './commands/tasks/schedule.ts'
import {
  abandon,
  pause,
  publish,
  remove,
  reopen,
  resume,
  retry,
} from './commands/tasks/transitions.ts'
import { backup, restore } from './commands/yard/backup.ts'
import { init } from './commands/yard/init.ts'
import { trust } from './commands/yard/trust.ts'
import type { CommandGroup } from './spec/define.ts'

const transitions = [retry, reopen, abandon, remove]

export const commandGroups: readonly CommandGroup[] = [
  { title: 'Yard', commands: [init, trust, backup, restore] },
  {
    title: 'Tasks',
    commands: [
      ...[add, edit, publish, pause, resume, done, fail, ask, answer],
      ...[...transitions, log, artifact, schedule],
    ],
  },
  {
    title: 'Graph',
    commands: [...[list, show, ready, blocked, why, importGraph, exportGraph, viz, stats, cost]],
  },
  { title: 'Running', commands: [run, wait, mcp, watch] },
  { title: 'Changes', commands: [diff, merge, worktree] },
  { title: 'Service', commands: [service, page, welcome, serve] },
  {
    title: 'Agents',
    commands: [agents, output, kill, deadAgents, claim, heartbeat, pilot, letGo],
  },
  { title: 'Configuration', commands: [config, model, executors] },
  { title: 'Help', commands: [help, completion] },
]
