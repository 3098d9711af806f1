/** News for a screen reader: merged every five seconds; only what needs the person, and a lost service, interrupt. */
import { useEffect } from 'react'
import { useSession } from '../model/session/session-context.tsx'
import { announce, interrupt, takeBack } from '../model/announcer.ts'
import {
  addNews,
  newsBetween,
  newsText,
  NO_NEWS,
  needsYouText,
  newAttention,
} from './merge-news.ts'

const EVERY_MS = 5000

export function useAnnouncements(): void {
  const session = useSession()
  useEffect(() => {
    let news = NO_NEWS
    let timer: ReturnType<typeof setTimeout> | null = null
    const tell = (): void => {
      timer = null
      const text = newsText(news)
      news = NO_NEWS
      if (text !== '') announce(text)
    }
    const stopYard = session.yard.subscribe((now, before) => {
      // The first snapshot is no news.
      if (before.seq < 0) return
      const needs = needsYouText(newAttention(before.summary, now.summary))
      if (needs !== null) interrupt(needs)
      if (now.tasks === before.tasks) return
      news = addNews(news, newsBetween(before.tasks, now.tasks))
      if (newsText(news) !== '') timer ??= setTimeout(tell, EVERY_MS)
    })
    const stopLink = session.connection.subscribe(({ kind }, before) => {
      if (kind === 'lost' && before.kind === 'live')
        interrupt('The service does not answer. Your agents go on.')
      if (kind === 'live' && before.kind === 'lost') {
        takeBack()
        announce('The service answers again.')
      }
    })
    return () => {
      stopYard()
      stopLink()
      if (timer) clearTimeout(timer)
    }
  }, [session])
}
