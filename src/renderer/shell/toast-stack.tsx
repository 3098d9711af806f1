/** The toasts of the moment, above the zoom bar. They wait while the pointer or the focus is on them. */
import { useEffect, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { closeToast, useToasts, type Toast } from '../model/toasts.ts'

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
