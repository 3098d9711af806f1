/** A block as plain text, for copying and for finding something in it. */
import type { OutputBlock } from './fold-output.ts'

export function blockText(block: OutputBlock): string {
  switch (block.kind) {
    case 'tool':
      return `${block.name} ${block.summary}\n${block.result?.text ?? ''}`
    case 'tool-result':
      return block.result.text
    default:
      return block.text
  }
}

/** Terminal text and text of an agent one after the other, as they are read. */
export const joinedText = (blocks: readonly OutputBlock[]): string =>
  blocks.map((block) => blockText(block).replace(/\n*$/, '\n')).join('')

/** Raw text has its own ends of lines. */
export const joinedRaw = (blocks: readonly OutputBlock[]): string => blocks.map(blockText).join('')
