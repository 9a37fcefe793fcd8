// A download goes the way of the user's other programs.
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createServer as createNetServer, type Server } from 'node:net'
import path from 'node:path'
import { test } from 'tap'
import { certificatesOf, download, proxiesOf } from '../../../../harness/kernel/source/download.ts'

const proxyVariables = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy']
const { signal } = new AbortController()

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return `127.0.0.1:${address.port}`
}

for (const name of ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY']) {
  for (const scheme of ['http://', '']) {
    void test(`${name}=${scheme}HOST is used`, async (t) => {
      for (const each of [...proxyVariables, ...proxyVariables.map((one) => one.toUpperCase())])
        delete process.env[each]
      const asked: string[] = []
      const proxy = createServer((request, response) => {
        asked.push(request.url ?? '')
        response.end('by the proxy')
      })
      proxy.on('connect', (request, socket) => {
        asked.push(request.url ?? '')
        socket.end('HTTP/1.1 502 no\r\n\r\n')
      })
      process.env[name] = `${scheme}${await listening(proxy)}`
      t.teardown(() => {
        delete process.env[name]
        proxy.close()
      })
      const file = path.join(t.testdir(), 'file')
      await download('http://kernel.invalid/linux.tar', file, signal).catch(() => undefined)
      t.match(asked[0], /kernel\.invalid/, 'the proxy was asked, and no name server')
    })
  }
}

void test('no_proxy excludes a host', async (t) => {
  const server = createServer((_, response) => response.end('directly'))
  const host = await listening(server)
  process.env['HTTP_PROXY'] = 'http://127.0.0.1:1'
  process.env['NO_PROXY'] = '127.0.0.1'
  t.teardown(() => {
    delete process.env['HTTP_PROXY']
    delete process.env['NO_PROXY']
    server.close()
  })
  const file = path.join(t.testdir(), 'file')
  await download(`http://${host}/x`, file, signal)
  t.equal(await readFile(file, 'utf8'), 'directly')
})

for (const [given, wanted] of [
  [{}, {}],
  [{ https_proxy: '' }, {}],
  [{ https_proxy: 'http://a', HTTPS_PROXY: 'http://b' }, { https_proxy: 'http://a' }],
  [{ https_proxy: '', HTTPS_PROXY: 'http://b' }, { https_proxy: 'http://b' }],
  [{ ALL_PROXY: 'http://c' }, { http_proxy: 'http://c', https_proxy: 'http://c' }],
  [
    { ALL_PROXY: 'http://c', HTTP_PROXY: 'http://d' },
    { http_proxy: 'http://d', https_proxy: 'http://c' },
  ],
  [
    { ALL_PROXY: 'c:3128', NO_PROXY: '.lan' },
    { http_proxy: 'http://c:3128', https_proxy: 'http://c:3128', no_proxy: '.lan' },
  ],
] as const) {
  void test(`the proxies of ${JSON.stringify(given)}`, (t) => {
    t.strictSame(proxiesOf(given), wanted)
    t.end()
  })
}

void test('a proxy of another kind is named', async (t) => {
  for (const value of ['socks5://h:1080', 'socks5h://h:1080', 'ftp://h']) {
    t.throws(() => proxiesOf({ ALL_PROXY: value }), {
      code: 'PROXY_UNKNOWN',
      message: new RegExp(value),
      hint: /by hand/,
    })
  }
})

void test('certificates of OpenSSL, curl and git', async (t) => {
  const one = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'
  const file = path.join(t.testdir(), 'ca.pem')
  await writeFile(file, `# mine\n${one}\n${one}\n`)
  for (const name of ['SSL_CERT_FILE', 'CURL_CA_BUNDLE', 'GIT_SSL_CAINFO']) {
    t.strictSame(await certificatesOf({ [name]: file }), [one, one])
    await t.rejects(certificatesOf({ [name]: '/none' }), { code: 'CERTIFICATES_UNREADABLE', message: new RegExp(name) })
  }
  t.strictSame(await certificatesOf({}), [])
})

void test('a server or a proxy that says nothing is not waited for without end', async (t) => {
  const silent = createNetServer((socket) => socket.on('error', () => undefined))
  const rude = createNetServer((socket) => socket.end())
  t.teardown(() => {
    delete process.env['https_proxy']
    silent.close()
    rude.close()
  })
  const file = path.join(t.testdir(), 'file')
  const server = await listening(silent)
  const late = { code: 'SOURCE_UNREACHABLE', message: /the answer of the server took longer than 0\.3 s/ }
  await t.rejects(download(`http://${server}/x`, file, signal, 300), late)
  process.env['https_proxy'] = `http://${await listening(rude)}`
  await t.rejects(download('https://kernel.invalid/x', file, signal, 300), { code: 'SOURCE_UNREACHABLE' })
})
