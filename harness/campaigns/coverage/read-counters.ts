// Reads the counters of a kernel out of an instance.
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { ProtocolError } from '../../base/errors.ts'
import type { Instance } from '../../instance/instance.ts'
import { objectsName } from '../../kernel/source/listing.ts'
import { splitCounters, type CountedObject } from './counter-stream.ts'

const unpacked = promisify(gunzip)

/** The counters of twenty objects are some 200 kB, and a tenth of that when they are compressed. */
const [mostSent, mostUnpacked] = [2 ** 23, 2 ** 26]
const readMilliseconds = 10_000

/**
 * Reads the counters of these objects as they are now; they only grow while the instance runs.
 * @throws {GuestError} COMMAND_TIMEOUT when the instance does not answer
 * @throws {ProtocolError} SSH_LOST, or COUNTERS_REFUSED for an answer that gcov should not see
 */
export async function readCounters(
  { session, accelerator }: Pick<Instance, 'session' | 'accelerator'>,
  objects: readonly CountedObject[],
  signal: AbortSignal,
): Promise<Map<string, Buffer>> {
  const files = objects.map(({ name }) => `${name}.gcda`).join(' ')
  // The path of the objects is that of the computer that built the kernel.
  const place = `$(find /sys/kernel/debug/gcov -type d -name ${objectsName})`
  // An emulated cipher costs more per byte than gzip.
  const command = `cd "${place}" && cat ${files} | gzip -1`
  const chunks: Buffer[] = []
  let [size, said] = [0, '']
  await session.exec(command, {
    signal,
    timeout: accelerator.patience.for(readMilliseconds),
    onOutput(stream, chunk) {
      if (stream === 'stderr') said = `${said}${chunk.toString('latin1')}`.slice(0, 200)
      else if (size <= mostSent) chunks.push(chunk)
      if (stream === 'stdout') size += chunk.length
    },
  })
  if (said !== '') throw refused(`it said ${JSON.stringify(said)}`)
  if (size > mostSent) throw refused(`it sent more than ${mostSent} bytes`)
  const stream = await unpacked(Buffer.concat(chunks), { maxOutputLength: mostUnpacked }).catch((cause: unknown) => {
    throw refused('it sent no whole gzip of a usual size', cause)
  })
  return splitCounters(stream, objects)
}

function refused(why: string, cause?: unknown): ProtocolError {
  const hint = 'the kernel needs CONFIG_GCOV_KERNEL and a debugfs at /sys/kernel/debug'
  return new ProtocolError('COUNTERS_REFUSED', `the counters of the instance cannot be read: ${why}`, { cause, hint })
}
