// Makes the key pairs of a guest image: with one the instance proves its identity, with the other the harness does.
import { generateKeyPairSync, type KeyObject } from 'node:crypto'

/** The fastest type for dropbear under emulation, except for RSA verification. */
const keyType = 'ssh-ed25519'

/** A key pair in the forms for ssh. */
export interface SshKeyPair {
  /** Public key in wire format: ssh sends it to the other side, and authorized_keys has it in base64. */
  readonly publicKey: Buffer
  /** `ssh-ed25519 AAAA…`: a line of authorized_keys. */
  readonly publicLine: string
  /** Private key in the format of OpenSSH, which ssh2 reads. */
  readonly openssh: string
  /** Private key in the format of dropbear. */
  readonly dropbear: Buffer
}

function string(value: Uint8Array | string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([uint32(bytes.length), bytes])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function jwkPart(key: KeyObject, part: 'd' | 'x'): Buffer {
  const value = key.export({ format: 'jwk' })[part]
  if (value === undefined) throw new TypeError(`an ed25519 key has no ${part}`)
  return Buffer.from(value, 'base64url')
}

/** Encodes a key in the unencrypted format of `ssh-keygen`: PROTOCOL.key of OpenSSH. */
function opensshPrivate(publicKey: Buffer, pub: Buffer, secret: Buffer): string {
  // Two equal numbers prove to a reader that it decrypted the key; this key is not encrypted.
  const check = uint32(0)
  const body = Buffer.concat([check, check, string(keyType), string(pub), string(secret), string('gmemtest')])
  const padding = Buffer.from(Array.from({ length: (8 - (body.length % 8)) % 8 }, (_, index) => index + 1))
  const blob = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    string('none'),
    string('none'),
    string(''),
    uint32(1),
    string(publicKey),
    string(Buffer.concat([body, padding])),
  ])
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? []
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n')
}

/** Makes a fresh ed25519 pair. Not with `generateKeyPairSync` of ssh2, whose keys are sometimes malformed. */
export function makeSshKeyPair(): SshKeyPair {
  const { privateKey } = generateKeyPairSync('ed25519')
  const pub = jwkPart(privateKey, 'x')
  const secret = Buffer.concat([jwkPart(privateKey, 'd'), pub])
  const publicKey = Buffer.concat([string(keyType), string(pub)])
  return {
    publicKey,
    publicLine: `${keyType} ${publicKey.toString('base64')} gmemtest`,
    openssh: opensshPrivate(publicKey, pub, secret),
    dropbear: Buffer.concat([string(keyType), string(secret)]),
  }
}
