/** Saves a stream as a file: straight to where the person wants it, or, in browsers that cannot do that, as a download. */
import type { RescueCopy } from "../../src/reset.js";

/** Not in TypeScript's DOM: only Chromium has it. https://wicg.github.io/file-system-access/#api-showsavefilepicker */
interface SavesFiles {
  showSaveFilePicker?(options: { readonly suggestedName: string }): Promise<FileSystemFileHandle>;
}

/** Milliseconds after which a browser has taken over what it downloads. */
const DOWNLOAD_IS_TAKEN = 60_000;

/**
 * @returns the name of the file; `null` if the person chose no place for it
 * @throws what the stream or the file throws; the signal's reason when aborted. Then there is no file.
 */
export async function saveFile({ fileName, stream }: RescueCopy, signal: AbortSignal): Promise<string | null> {
  const place = await choosePlace(fileName);
  if (place === null) {
    await stream.cancel();
    return null;
  }
  if (place === "downloads") return await download(fileName, stream, signal);
  await stream.pipeTo(await place.createWritable(), { signal });
  return place.name;
}

async function choosePlace(suggestedName: string): Promise<FileSystemFileHandle | "downloads" | null> {
  try {
    return (await (window as SavesFiles).showSaveFilePicker?.({ suggestedName })) ?? "downloads";
  } catch (error) {
    // In a frame of another origin, or long after the press, the browser shows no picker.
    return error instanceof DOMException && error.name === "AbortError" ? null : "downloads";
  }
}

async function download(fileName: string, stream: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<string> {
  // A Blob is the browser's to keep: on the disk, where it is large.
  const parts: Blob[] = [];
  const sink = new WritableStream<Uint8Array<ArrayBuffer>>({
    write(chunk) {
      parts.push(new Blob([chunk]));
    },
  });
  await stream.pipeTo(sink, { signal });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(parts));
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), DOWNLOAD_IS_TAKEN);
  return fileName;
}
