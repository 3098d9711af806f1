/** What lies over every screen: palette, cards, dialogs, toasts, and the voice of the page. */
import { ImportDialog } from '../actions/transfer/import-dialog.tsx'
import { QuickAddCard } from '../actions/add/quick-add-card.tsx'
import { YardSwitcher } from './start-screen/yard-switcher.tsx'
import { Notifier } from './notifications/notifier.tsx'
import { KeysMap } from './palette/keys-map.tsx'
import { Palette } from './palette/palette.tsx'
import { useAnnouncement } from '../model/announcer.ts'
import { TaskContextMenu } from '../actions/views/context-menu.tsx'
import { AskDialog } from './ask-dialog.tsx'
import { useEffect, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { closeToast, type Toast, useToasts } from '../model/toasts.ts'

export function Overlays() {
  return (
    <>
      <Palette />
      <KeysMap />
      <QuickAddCard />
      <ImportDialog />
      <YardSwitcher />
      <Notifier />
      <AskDialog />
      <TaskContextMenu />
      <ToastStack />
      <Voice />
    </>
  )
}

function Voice() {
  const { polite, assertive } = useAnnouncement()
  return (
    <>
      <p className="visually-hidden" aria-live="polite" data-voice="polite">
        {polite}
      </p>
      <p className="visually-hidden" aria-live="assertive" data-voice="assertive">
        {assertive}
      </p>
    </>
  )
}

// The toasts of the moment, above the zoom bar. They wait while the pointer or the focus is on them.

export function ToastStack() {
  const toasts = useToasts()
  return (
    <section className="toasts" aria-label="News" aria-live="polite">
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </section>
  )
}

function ToastCard({ toast }: { readonly toast: Toast }) {
  const { id, text, kind, act, lastsMs } = toast
  const [isHeld, setHeld] = useState(false)
  useEffect(() => {
    if (isHeld || lastsMs === null) return undefined
    const timer = setTimeout(() => closeToast(id), lastsMs)
    return () => clearTimeout(timer)
  }, [id, isHeld, lastsMs])
  return (
    <div
      className="toast"
      data-kind={kind}
      role={kind === 'error' ? 'alert' : undefined}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <p>{text}</p>
      {act && (
        <Button
          onClick={() => {
            closeToast(id)
            act.run()
          }}
        >
          {act.label}
        </Button>
      )}
      <Button look="quiet" icon="close" aria-label="Dismiss" onClick={() => closeToast(id)} />
    </div>
  )
}
