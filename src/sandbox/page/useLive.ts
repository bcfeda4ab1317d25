import { useEffect, useRef, useState } from 'react'
import { call } from './api.ts'

export interface Live<T> {
  /** Undefined until the first answer; while another address loads, what the former one said. */
  now: T | undefined
  /** The stream of changes is broken; it is tried again. */
  isLost: boolean
  refresh(): void
}

/** What an address answers, read again after each change that the event stream tells of. */
export function useLive<T>(address: string, events: string): Live<T> {
  const [now, setNow] = useState<T>()
  const [isLost, setLost] = useState(false)
  const reader = useRef(() => {})

  useEffect(() => {
    const { read, stop } = reading<T>(address, setNow)
    reader.current = read
    read()
    return stop
  }, [address])

  useEffect(
    () =>
      listening(events, {
        heard: () => reader.current(),
        opened: () => {
          setLost(false)
          reader.current()
        },
        lost: () => setLost(true),
      }),
    [events],
  )

  return { now, isLost, refresh: () => reader.current() }
}

/** Every change is an answer to draw in full: what comes by the dozen is drawn together (ms). */
const SHORTEST_PAUSE_MS = 50

/** One request at a time; changes heard meanwhile make one more, a moment later. */
function reading<T>(address: string, tell: (answer: T) => void): { read(): void; stop(): void } {
  let isReading = false
  let isStale = false
  let isStopped = false

  async function read(): Promise<void> {
    isStale = true
    if (isReading) return
    isReading = true
    while (isStale && !isStopped) {
      isStale = false
      const answer = await call<T>('GET', address).catch(() => undefined)
      if (answer !== undefined && !isStopped) tell(answer)
      await new Promise(resolve => setTimeout(resolve, SHORTEST_PAUSE_MS))
    }
    isReading = false
  }

  return {
    read: () => void read(),
    stop: () => {
      isStopped = true
    },
  }
}

interface Ears {
  heard(): void
  opened(): void
  lost(): void
}

/** A hidden tab lets go of its stream, since a browser keeps only six connections to one server for all tabs. */
function listening(address: string, ears: Ears): () => void {
  let stream: EventSource | undefined

  function follow(): void {
    stream?.close()
    stream = undefined
    if (document.hidden) return
    stream = new EventSource(address)
    stream.onopen = ears.opened
    stream.onmessage = ears.heard
    stream.onerror = ears.lost
  }

  follow()
  document.addEventListener('visibilitychange', follow)
  return () => {
    document.removeEventListener('visibilitychange', follow)
    stream?.close()
  }
}
