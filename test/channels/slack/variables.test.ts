import { expect, test } from 'vitest'
import { mendVariable, mendVariables } from '../../../src/channels/slack/variables.ts'
import { plainText } from '../../../src/core/document.ts'

const mended = (...content: Parameters<typeof mendVariables>[0][number][]) => plainText(mendVariables(content))

test('a variable that Slack took for a web address is a variable', () => {
  const link = { type: 'link' as const, url: 'http://row.name', text: 'row.name' }
  const text = (words: string) => ({ type: 'text' as const, text: words })
  const content = [text('Hello {{ '), link, text(' }}, see '), { ...link, url: 'https://tulip.test', text: 'us' }]
  const [paragraph] = mendVariables([{ type: 'paragraph', content }])
  expect(paragraph).toEqual({
    type: 'paragraph',
    content: [text('Hello {{ row.name }}, see '), { type: 'link', url: 'https://tulip.test', text: 'us' }],
  })
})

test('a variable that is bold in part, or goes over a line, is one', () => {
  const content = [
    { type: 'text' as const, text: '{{ customer.' },
    { type: 'text' as const, text: 'name', bold: true as const },
    { type: 'break' as const },
    { type: 'text' as const, text: '| upcase }}!' },
  ]
  expect(mended({ type: 'quote', content: [{ type: 'paragraph', content }] })).toBe('> {{ customer.name | upcase }}!')
})

test('curly quotes are straight in a variable, and stay elsewhere', () => {
  expect(mendVariable('“Hi” {{ customer.name | default: “there” }}')).toBe(
    '“Hi” {{ customer.name | default: "there" }}',
  )
})
