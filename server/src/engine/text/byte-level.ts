/** GPT-2's table: every byte has a printable character, so that vocabulary entries are strings. */
const charToByte = new Map<string, number>();
{
  const printable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  let extra = 0;
  for (let byte = 0; byte < 256; byte++)
    charToByte.set(String.fromCodePoint(printable(byte) ? byte : 256 + extra++), byte);
}

const utf8 = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes of a vocabulary entry of a byte-level BPE; entries outside the table are taken as text. */
export function tokenBytes(entry: string): Uint8Array {
  const bytes = new Uint8Array(entry.length);
  for (let i = 0; i < entry.length; i++) {
    const byte = charToByte.get(entry[i]);
    if (byte === undefined) return utf8.encode(entry);
    bytes[i] = byte;
  }
  return bytes;
}

/** Text of some bytes for people; incomplete UTF-8 is shown as hexadecimal. */
export function displayBytes(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return `⟨${Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ")}⟩`;
  }
}

/** Where tokens lie in a text. */
export interface Alignment {
  start: Int32Array;
  end: Int32Array;
  /** 1 where a token holds only part of a character. */
  shared: Uint8Array;
}

/**
 * Lays tokens over a well-formed text: token bytes one after another are the text's UTF-8.
 * @returns UTF-16 ranges, ordered and covering; null where bytes and text disagree
 */
export function align(text: string, tokens: Uint8Array[]): Alignment | null {
  const bytes = utf8.encode(text);
  const start = new Int32Array(tokens.length);
  const end = new Int32Array(tokens.length);
  const shared = new Uint8Array(tokens.length);
  let at = 0;
  // UTF-16 index and byte offset of the character that holds byte `at`.
  let unit = 0;
  let charByte = 0;
  const size = () =>
    bytes[charByte] < 0x80 ? 1 : bytes[charByte] < 0xe0 ? 2 : bytes[charByte] < 0xf0 ? 3 : 4;
  const units = () => (size() === 4 ? 2 : 1);
  for (let t = 0; t < tokens.length; t++) {
    const token = tokens[t];
    for (let i = 0; i < token.length; i++) if (bytes[at + i] !== token[i]) return null;
    start[t] = unit;
    if (at > charByte) shared[t] = 1;
    at += token.length;
    while (charByte < bytes.length && charByte + size() <= at) {
      unit += units();
      charByte += size();
    }
    end[t] = at > charByte ? unit + units() : unit;
    if (at > charByte) shared[t] = 1;
  }
  return at === bytes.length ? { start, end, shared } : null;
}
