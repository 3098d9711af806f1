/** Which tools an agent has: its task's mode decides. What its profile does not permit is offered and refused, so that it is told why. */
import type { NativeOrder } from '../native-order.ts'
import { editTool, listTool, readTool, writeTool } from './file-tools.ts'
import { searchTool } from './search-tool.ts'
import type { ShellTool } from './shell-tool.ts'
import type { Tool } from './tool.ts'
import { yardTool } from './yard-tool.ts'

const READING = [readTool, listTool, searchTool]

export function toolSet(mode: NativeOrder['mode'], shell: ShellTool): readonly Tool[] {
  if (mode === 'bare') return []
  if (mode === 'light') return [...READING, yardTool]
  return [shell.tool, ...READING, writeTool, editTool, yardTool]
}
