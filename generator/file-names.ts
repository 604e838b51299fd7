/** Names of files that Windows keeps for devices. */
export const reservedFiles = /^(?:con|prn|aux|nul|com\d|lpt\d)$/

/** Can a file or folder be called so on every system? Windows keeps names for devices, and drops dots and spaces at an end. */
export function isFileName(name: string): boolean {
  const stem = name.split('.')[0]!.trimEnd().toLowerCase()
  return name.length <= 200 && !unfit.test(name) && !/[. ]$/.test(name) && !reservedFiles.test(stem)
}

/** What no file system, or not every one, takes; and what cannot be seen. */
const unfit = /[<>:"/\\|?*\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/u
