/** All commands, in the order in which help shows them. */
import type { CommandGroup } from '../command-spec.ts'
import { agentCommands } from './agent-commands.ts'
import { changeCommands } from './change-commands.ts'
import { claimCommands } from './claim-commands.ts'
import { configCommands } from './config-commands.ts'
import { graphCommands } from './graph-commands.ts'
import { runCommands } from './run-commands.ts'
import { serviceCommands } from './service-commands.ts'
import { taskCommands } from './task-commands.ts'
import { wordCommands } from './word-commands.ts'
import { yardCommands } from './yard-commands.ts'

export const commandGroups: readonly CommandGroup[] = [
  { title: 'Yard', commands: yardCommands },
  { title: 'Tasks', commands: taskCommands },
  { title: 'Graph', commands: graphCommands },
  { title: 'Getting it done', commands: runCommands },
  { title: 'Changes', commands: changeCommands },
  { title: 'Service', commands: serviceCommands },
  { title: 'Agents', commands: [...agentCommands, ...claimCommands] },
  { title: 'Configuration', commands: configCommands },
  { title: 'Words', commands: wordCommands },
]
