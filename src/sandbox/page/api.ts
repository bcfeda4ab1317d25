/** The server said no, in words that a person can read. */
export class Refusal extends Error {
  readonly code: string

  constructor(text: string, code: string) {
    super(text)
    this.code = code
  }
}

/** Calls a route with JSON and gives its answer; throws a Refusal when the server refuses or cannot be reached. */
export async function call<T>(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<T> {
  const response = await fetch(path, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  }).catch(() => {
    throw new Refusal('The demo cannot be reached. Is it still running?', 'unreachable')
  })
  const text = await response.text()
  const answer = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : {}
  if (!response.ok) throw new Refusal(answer.error ?? `The demo answered ${response.status}.`, answer.code ?? '')
  return answer as T
}

/** A file as the routes take it. */
export async function base64Of(file: File): Promise<string> {
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(reader.result as string)
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(file)
  })
  return url.slice(url.indexOf(',') + 1)
}
