import { expect, test } from 'vitest'
import { fromText } from '../../src/core/document.ts'
import { readTemplate } from '../../src/core/liquid.ts'

test('a template that would hold up everybody is refused in words', () => {
  const nobody = { customer: {}, account: {}, row: {}, agent: {}, team: {} }
  const fill = (text: string) => () => readTemplate('', fromText(text)).fill(nobody)
  const long = '{% for i in (1..9000) %}{% for j in (1..9000) %}{% endfor %}{% endfor %}'
  expect(fill(long)).toThrow('It does more than a template may: filling it in takes too long.')
  expect(fill('{% for i in (1..100000000) %}x{% endfor %}')).toThrow('Memory alloc limit exceeded.')
})
