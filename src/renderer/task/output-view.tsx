/** What an agent says and does, live. Follows the end until somebody scrolls up. */
import { useLayoutEffect, useRef, useState, type UIEvent } from 'react'
import { bytesText } from '../ui/duration.ts'
import { Button } from '../ui/button.tsx'
import { OutputBlockView } from './output-block.tsx'
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
        <span className="output-size">{agentId}</span>
      </div>
      <Blocks
        key={`${kind} ${tailBytes}`}
        {...{ agentId, kind, tailBytes, isAlive }}
        onEarlier={() => setTailBytes(tailBytes * 4)}
      />
    </section>
  )
}

interface BlocksProps {
  readonly agentId: string
  readonly kind: OutputKind
  readonly tailBytes: number
  readonly isAlive: boolean
  readonly onEarlier: () => void
}

/** One way of looking at one output; another way is another one, so that nothing of the former is left. */
function Blocks({ agentId, kind, tailBytes, isAlive, onEarlier }: BlocksProps) {
  const shown = useOutput(agentId, kind, tailBytes)
  const list = useRef<HTMLDivElement>(null)
  const [isFollowing, setFollowing] = useState(true)
  useLayoutEffect(() => {
    const element = list.current
    if (element && isFollowing) element.scrollTop = element.scrollHeight
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- more output is the reason to scroll
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
      <div className="output-follow">
        {isAlive && isFollowing && <span data-st="in-progress">Following</span>}
        {isAlive && !isFollowing && (
          <Button look="quiet" onClick={() => setFollowing(true)}>
            Follow
          </Button>
        )}
        <span className="output-size">{shown.isRead ? bytesText(shown.size) : 'reading'}</span>
      </div>
    </>
  )
}
