/** An act that cannot be undone: the first press asks on the same place, the second within 3 s does it. Esc leaves. */
import { useEffect, useState } from 'react'
import { Button } from './button.tsx'
import type { IconName } from './icon.tsx'

const ASKS_FOR_MS = 3000

interface TwiceButtonProps {
  readonly icon: IconName
  readonly label: string
  /** Whom it means, where the label alone does not tell; read out, not shown. */
  readonly subject?: string
  /** What the second press will end, e.g. `Kill agent-7?` */
  readonly question: string
  readonly isBusy: boolean
  readonly onConfirm: () => void
}

export function TwiceButton(props: TwiceButtonProps) {
  const { icon, label, subject, question, isBusy, onConfirm } = props
  const [isAsking, setAsking] = useState(false)
  useEffect(() => {
    if (!isAsking) return undefined
    const timer = setTimeout(() => setAsking(false), ASKS_FOR_MS)
    return () => clearTimeout(timer)
  }, [isAsking])
  const onClick = (): void => {
    setAsking(!isAsking)
    if (isAsking) onConfirm()
  }
  return (
    <Button
      look="danger"
      icon={icon}
      isBusy={isBusy}
      aria-live="polite"
      onClick={onClick}
      onKeyDown={(event) => event.key === 'Escape' && setAsking(false)}
    >
      {isAsking ? question : label}
      {subject !== undefined && <span className="visually-hidden"> {subject}</span>}
    </Button>
  )
}
