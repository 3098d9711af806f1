/** What came of a call, and what a block of content says, as text. */
import type { ContentBlock, ToolCallContent } from '@agentclientprotocol/sdk'
import type { KnownCall } from './asked-act.ts'

/** Agents call a command completed that ran and failed; some say how it ended. */
export function hasBadExit(output: unknown): boolean {
  if (typeof output !== 'object' || output === null) return false
  const said: Readonly<Record<string, unknown>> = { ...output }
  const inner = said['metadata']
  const exits = [said, typeof inner === 'object' && inner !== null ? { ...inner } : {}].flatMap(
    (from: Readonly<Record<string, unknown>>) => [
      from['exit'],
      from['exitCode'],
      from['exit_code'],
    ],
  )
  return exits.some((exit) => typeof exit === 'number' && exit !== 0)
}

export function resultOf({ content, rawOutput }: KnownCall): string {
  const shown = (content ?? []).map(textOfContent).filter((text) => text !== '')
  if (shown.length > 0) return shown.join('\n')
  if (rawOutput == null) return ''
  return typeof rawOutput === 'string' ? rawOutput : JSON.stringify(rawOutput)
}

function textOfContent(item: ToolCallContent): string {
  switch (item.type) {
    case 'content':
      return textOfBlock(item.content)
    case 'diff':
      return `${item.oldText == null ? 'new file' : 'changed'}: ${item.path}`
    default:
      return ''
  }
}

export function textOfBlock(block: ContentBlock): string {
  switch (block.type) {
    case 'text':
      return block.text
    case 'resource_link':
      return `[${block.name}: ${block.uri}]`
    case 'resource':
      return 'text' in block.resource ? block.resource.text : `[${block.resource.uri}]`
    default:
      return `[${block.type}]`
  }
}
