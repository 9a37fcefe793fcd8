// Downloads a file as the user's other programs would: through the same proxies, and with the same certificates.
import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { withDeadline } from '../../base/deadline.ts'
import { InfraError, messageOf } from '../../base/errors.ts'
import { isMissing } from '../../cache/atomic-file.ts'
import { noSpaceError } from '../../cache/space.ts'
import { proxiesIn } from '../../process/environment.ts'

/** Variables that name a file of certificates: those of OpenSSL, curl and git. */
const certificateFiles = ['SSL_CERT_FILE', 'CURL_CA_BUNDLE', 'GIT_SSL_CAINFO'] as const

const oneMinute = 60_000
const oneHour = 60 * oneMinute

/**
 * Downloads a URL to a file. The server must answer within `answerMilliseconds`, and be done in an hour.
 * @throws {InfraError} SOURCE_UNREACHABLE, NO_SPACE
 */
export async function download(
  url: string,
  file: string,
  signal: AbortSignal,
  answerMilliseconds: number = oneMinute,
): Promise<void> {
  const unreachable = (reason: string, cause?: unknown): InfraError =>
    new InfraError('SOURCE_UNREACHABLE', `cannot download ${url}: ${reason}`, {
      cause,
      hint: 'check the network, the proxy (https_proxy) and the URL; a path of a local file works as well',
    })
  try {
    // Imported late: Node loads its whole HTTP client with these modules.
    const [{ default: http }, { default: tls }] = await Promise.all([import('node:http'), import('node:tls')])
    const certificates = await certificatesOf(process.env)
    if (certificates.length > 0) tls.setDefaultCACertificates([...tls.getCACertificates(), ...certificates])
    await using proxy = new AsyncDisposableStack()
    const usual = dispatcher()
    proxy.defer(http.setGlobalProxyFromEnv(proxiesOf(process.env)))
    const own = dispatcher()
    // Node would connect again and again, also after the abort, to a proxy that closes each connection.
    if (own !== usual) proxy.defer(async () => own?.destroy())
    // A proxy that closes the connection without a word would be waited for without end.
    const answer = { stage: 'the answer of the server', milliseconds: answerMilliseconds, signal }
    const response = await withDeadline(answer, (limited) => fetch(url, { signal: limited }))
    const { body } = response
    if (!response.ok || body === null) throw unreachable(`the server answered ${response.status}`)
    await withDeadline({ stage: 'the download', milliseconds: oneHour, signal }, (limited) =>
      pipeline(Readable.fromWeb(body), createWriteStream(file), { signal: limited }),
    )
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof InfraError || isMissing(error)) throw error
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
    throw noSpaceError(messageOf(error), 'the download of the source') ?? unreachable(messageOf(cause), error)
  }
}

interface Dispatcher {
  destroy(): Promise<void>
}

function isDispatcher(value: unknown): value is Dispatcher {
  return typeof value === 'object' && value !== null && 'destroy' in value && typeof value.destroy === 'function'
}

/** Returns the object of undici that makes the connections of fetch. */
function dispatcher(): Dispatcher | undefined {
  const found: unknown = Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1'))
  return isDispatcher(found) ? found : undefined
}

/**
 * Returns the proxies as Node reads them.
 * @throws {InfraError} PROXY_UNKNOWN for a proxy that Node cannot use
 */
export function proxiesOf(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { http_proxy, https_proxy, no_proxy } = proxiesIn(environment)
  const chosen = Object.entries({ http_proxy, https_proxy }).flatMap(([name, value]) => {
    if (value === undefined) return []
    // curl takes a host without a scheme as an HTTP proxy.
    const url = value.includes('://') ? value : `http://${value}`
    if (/^https?:/i.test(url)) return [[name, url]]
    throw new InfraError('PROXY_UNKNOWN', `cannot use the proxy ${value}: it is not an HTTP proxy`, {
      hint: 'download the archive by hand and write its path in the definition, or set https_proxy to an HTTP proxy',
    })
  })
  return { ...Object.fromEntries(chosen), ...(no_proxy === undefined ? {} : { no_proxy }) }
}

/**
 * Returns the certificates that the user trusts besides those of Node.
 * @throws {InfraError} CERTIFICATES_UNREADABLE
 */
export async function certificatesOf(environment: NodeJS.ProcessEnv): Promise<string[]> {
  const found: string[] = []
  for (const name of certificateFiles) {
    const file = environment[name]
    if (file === undefined || file === '') continue
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new InfraError('CERTIFICATES_UNREADABLE', `cannot read the certificates of ${name}: ${messageOf(cause)}`, {
        cause,
        hint: `correct ${name}, or unset it`,
      })
    })
    found.push(...(text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []))
  }
  return found
}
