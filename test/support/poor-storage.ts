/** Browsers that have little room, or a bad disk: scripts for `stubWorkers`. */

/** By its own estimate. @param bytes that are left */
export function roomFor(bytes: number): string {
  return `
    const storage = navigator.storage ?? {};
    storage.estimate = async () => ({ quota: 1_000_000_000, usage: ${1_000_000_000 - bytes} });
    Object.defineProperty(navigator, "storage", { value: storage });
  `;
}

/** Room for the rows, and for the first so many bytes of chunks. */
export function fullAfter(bytes: number): string {
  return `
  let written = 0;
  const count = (bytes) => {
    written += bytes.length;
    if (written > ${bytes}) throw new DOMException("Full", "QuotaExceededError");
  };
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (value, key) {
    if (this.name === "chunks") count(value);
    return put.call(this, value, key);
  };
  if ("FileSystemSyncAccessHandle" in self) {
    const write = FileSystemSyncAccessHandle.prototype.write;
    FileSystemSyncAccessHandle.prototype.write = function (bytes, options) {
      count(bytes);
      return write.call(this, bytes, options);
    };
  }
`;
}

/** As on a bad disk, or while something else holds them: the first so many times that one of more bytes than these is read. */
export function unreadable(times: number, moreThan = 0): string {
  return `
    const read = Blob.prototype.arrayBuffer;
    let left = ${times};
    Blob.prototype.arrayBuffer = function () {
      if (this.size > ${moreThan} && left-- > 0) throw new DOMException("Held", "NotReadableError");
      return read.call(this);
    };
  `;
}

/** WebKitGTK has none. */
export function hasFiles(): boolean {
  const { storage } = navigator as { storage: Partial<StorageManager> };
  return storage.getDirectory !== undefined;
}
