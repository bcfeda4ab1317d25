import { Agent, request } from 'undici'

const agent = new Agent({ connections: 40 })

/**
 * What the Web API client needs of `fetch`, without the rest: a call by way of undici's `request` takes about a third of
 * the CPU of one by way of the platform's fetch. Bodies that are not text (files) take the usual way.
 */
export const leanFetch: typeof fetch = async (url, init) => {
  if (typeof init?.body !== 'string') return fetch(url, init)
  const { statusCode, headers, body } = await request(String(url), {
    method: (init.method ?? 'GET') as 'POST',
    headers: init.headers as Record<string, string>,
    body: init.body,
    dispatcher: agent,
    ...(init.signal ? { signal: init.signal } : {}),
  })
  return answerOf(String(url), statusCode, headers as Record<string, string>, body) as unknown as Response
}

function answerOf(
  url: string,
  status: number,
  headers: Record<string, string>,
  body: Awaited<ReturnType<typeof request>>['body'],
) {
  return {
    url,
    status,
    statusText: '',
    ok: status >= 200 && status < 300,
    headers: {
      get: (name: string) => headers[name.toLowerCase()] ?? null,
      has: (name: string) => name.toLowerCase() in headers,
      entries: () => Object.entries(headers),
      forEach: (tell: (value: string, name: string) => void) => {
        for (const [name, value] of Object.entries(headers)) tell(value, name)
      },
    },
    text: () => body.text(),
    json: () => body.json(),
    arrayBuffer: () => body.arrayBuffer(),
  }
}
