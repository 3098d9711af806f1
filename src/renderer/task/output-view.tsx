/** What an agent says and does, live. Follows the end until somebody scrolls up. */
import { useLayoutEffect, useRef, useState, type UIEvent } from 'react'
import { bytesText } from '../ui/duration.ts'
import { Button } from '../ui/button.tsx'
import { OutputBlockView } from './output-block.tsx'
import type { OutputShown } from './output-reader.ts'
import { useOutput, type OutputKind } from './use-output.ts'

const KINDS: readonly (readonly [OutputKind, string])[] = [
  ['parsed', 'Output'],
  ['raw', 'Raw'],
  ['errors', 'Errors'],
]
const TAIL_BYTES = 256_000
const NEAR_END_PX = 24

interface OutputViewProps {
  readonly agentId: string
  readonly isAlive: boolean
}

export function OutputView({ agentId, isAlive }: OutputViewProps) {
  const [kind, setKind] = useState<OutputKind>('parsed')
  const [tailBytes, setTailBytes] = useState(TAIL_BYTES)
  const shown = useOutput(agentId, kind, tailBytes)
  return (
    <section className="output" aria-label={`Output of ${agentId}`}>
      <div className="output-bar">
        <div className="segments" role="group" aria-label="What to show">
          {KINDS.map(([each, word]) => (
            <Button
              key={each}
              look="quiet"
              aria-pressed={kind === each}
              onClick={() => setKind(each)}
            >
              {word}
            </Button>
          ))}
        </div>
        <span className="output-size">
          {agentId} · {shown.isRead ? bytesText(shown.size) : 'reading'}
        </span>
      </div>
      <Blocks shown={shown} isAlive={isAlive} onEarlier={() => setTailBytes(tailBytes * 4)} />
    </section>
  )
}

interface BlocksProps {
  readonly shown: OutputShown
  readonly isAlive: boolean
  readonly onEarlier: () => void
}

function Blocks({ shown, isAlive, onEarlier }: BlocksProps) {
  const list = useRef<HTMLDivElement>(null)
  const [isFollowing, setFollowing] = useState(true)
  useLayoutEffect(() => {
    const element = list.current
    if (element && isFollowing) element.scrollTop = element.scrollHeight
  }, [shown, isFollowing])
  const onScroll = ({ currentTarget: element }: UIEvent): void =>
    setFollowing(element.scrollTop + element.clientHeight >= element.scrollHeight - NEAR_END_PX)
  return (
    <>
      <div className="output-blocks" ref={list} onScroll={onScroll} tabIndex={0} role="log">
        {shown.start > 0 && (
          <Button look="quiet" onClick={onEarlier}>
            Show earlier output
          </Button>
        )}
        {shown.blocks.map((block) => (
          <OutputBlockView key={block.key} block={block} />
        ))}
        {shown.isRead && shown.blocks.length === 0 && (
          <p className="quiet">{isAlive ? 'Nothing yet.' : 'It said nothing.'}</p>
        )}
      </div>
      {isAlive && (
        <div className="output-follow">
          {isFollowing ? (
            <span data-st="in-progress">Following</span>
          ) : (
            <Button look="quiet" onClick={() => setFollowing(true)}>
              Follow
            </Button>
          )}
        </div>
      )}
    </>
  )
}
