// Finds programs as a shell does, and distinguishes versions of a file without reading it.
import { accessSync, closeSync, constants, openSync, readSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'

/** Debian's directories for programs of the administrator, which are often not in the PATH of other users. */
const alsoSearched = ['/usr/local/sbin', '/usr/sbin', '/sbin']

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** Returns the full path of a program on the PATH or in an sbin directory; undefined when it does not exist. */
export function findExecutable(name: string, searchPath: string = process.env['PATH'] ?? ''): string | undefined {
  return [...searchPath.split(path.delimiter).filter((directory) => path.isAbsolute(directory)), ...alsoSearched]
    .map((directory) => path.join(directory, name))
    .find(isExecutable)
}

/**
 * Returns a text that changes with the file: the real path, size, inode and times. It is much cheaper than a hash of the
 * content, and a package upgrade always changes it.
 * @throws the error of stat(2) when the file does not exist
 */
export function fileIdentity(file: string): string {
  const real = realpathSync(file)
  const { size, ino, mtimeNs, ctimeNs } = statSync(real, { bigint: true })
  return [real, size, ino, mtimeNs, ctimeNs].join(' ')
}

const elfMagic = 0x7f454c46
const segmentInterpreter = 3
const headerBytes = 4096

/** Returns whether a file is an ELF program without shared libraries: it names no dynamic loader. */
export function isStaticProgram(file: string): boolean {
  const header = Buffer.alloc(headerBytes)
  const descriptor = openSync(file, 'r')
  try {
    readSync(descriptor, header, 0, headerBytes, 0)
  } finally {
    closeSync(descriptor)
  }
  if (header.readUInt32BE(0) !== elfMagic) return false
  const tableOffset = Number(header.readBigUInt64LE(32))
  const entrySize = header.readUInt16LE(54)
  const count = header.readUInt16LE(56)
  for (let index = 0; index < count; index++) {
    const start = tableOffset + index * entrySize
    if (start + 4 > headerBytes || header.readUInt32LE(start) === segmentInterpreter) return false
  }
  return true
}
